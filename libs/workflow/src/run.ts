/** What a run remembers, what it can be told and what it asks for. Values only; all of it fits into JSON and MessagePack. */
import type { Playbook } from './form.ts';

/** A playbook being executed. Never changed in place. */
export interface Run {
  readonly workflowId: string;
  readonly playbook: Playbook;
  readonly input: Readonly<Record<string, unknown>>;
  readonly about: RunAbout;
  /**
   * RUNNING; STOPPING: begins nothing more and waits for what is under way; UNDOING; WAITS_FOR_PERSON: goes no further by itself; ENDED.
   */
  readonly status: 'RUNNING' | 'STOPPING' | 'UNDOING' | 'WAITS_FOR_PERSON' | 'ENDED';
  readonly isPaused: boolean;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Of the last event. */
  readonly sequence: number;
  /** Steps that were begun or skipped. */
  readonly steps: Readonly<Record<string, StepState>>;
  /** What completed, or may have, and is not undone; in the order in which it ended. */
  readonly done: readonly DoneEntry[];
  /** Characters of JSON kept as outputs. */
  readonly kept: number;
  /** Signals that came before a step waited for them. */
  readonly signals: readonly { readonly name: string; readonly payload: unknown }[];
  readonly stop?: Stop;
  /** The compensation under way. */
  readonly undoing?: {
    readonly stepId: string;
    readonly part: number;
    readonly begunAt?: number;
    readonly silentMs?: number;
    readonly until: number;
  };
  /** What could not be undone, in sentences. */
  readonly notUndone: readonly string[];
  readonly undoneCount: number;
  /** When a person is no longer waited for. */
  readonly personUntil?: number;
  readonly end?: RunEnd;
}

/** Step and number of the part. `isOpen`: it was given up, and may still tell that it was done. */
export type DoneEntry = readonly [stepId: string, part: number, isOpen: boolean];

export interface RunAbout {
  readonly requestedBy: string;
  readonly target: string | null;
  readonly incidentId: string | null;
  readonly changeId: string | null;
  readonly cause: string | null;
  readonly parent: { readonly workflowId: string; readonly stepId: string } | null;
}

/** Why a run goes on no further. */
export interface Stop {
  readonly why: string;
  /** denied: a person denied a change; that says nothing against the playbook. */
  readonly kind: 'failure' | 'cancel' | 'shadow' | 'denied';
  /** The step that failed. */
  readonly stepId: string | null;
  /** Undo this step alone, and then ask or stop; null is all. */
  readonly only: string | null;
  readonly hasAsked: boolean;
}

export type EndKind = 'RUN_COMPLETED' | 'RUN_COMPENSATED' | 'RUN_FAILED' | 'RUN_CANCELLED';

export interface RunEnd {
  readonly kind: EndKind;
  readonly text: string;
  readonly at: number;
  readonly output: unknown;
}

export interface StepState {
  /** DECIDING: its change waits for a decision. DROPPED: it was under way, or waited, when the run stopped. */
  readonly status: 'DECIDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'SKIPPED' | 'DROPPED';
  /** When it is given up; parts have their own. */
  readonly until?: number;
  readonly output?: unknown;
  /** It was done in part, and its output says which: expressions see the status PARTIAL. */
  readonly isPartial?: boolean;
  readonly why?: string;
  /** The call that was put to decision: that, and nothing else, is done. */
  readonly call?: Call;
  readonly approval?: Approval;
  /** Items of forEach. */
  readonly items?: readonly unknown[];
  /** Tasks or runs of the step: one, or one for each item or answer. */
  readonly parts?: readonly PartState[];
}

export interface Approval {
  readonly changeId: string;
  readonly isApproved: boolean;
  /** Until when it may be executed. */
  readonly expiresAt: number | null;
}

export interface Call {
  readonly capability: string;
  readonly input: unknown;
  readonly target: string | null;
}

export interface PartState {
  /** GIVEN_UP: no result came in time; one may still come, and is undone then. */
  readonly status: 'WAITING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'GIVEN_UP';
  readonly begunAt?: number;
  /** How long it may be silent, once it has said that it gets on. */
  readonly silentMs?: number;
  readonly until?: number;
  readonly output?: unknown;
  readonly isPartial?: boolean;
  readonly why?: string;
  readonly agent?: string;
}

/** What a run is told. */
export type RunEvent =
  | {
      readonly kind: 'result';
      readonly taskId: string;
      readonly status: 'COMPLETED' | 'PARTIAL' | 'FAILED' | 'ABANDONED' | 'UNROUTABLE' | 'EXPIRED' | 'UNKNOWN';
      /** JSON text. */
      readonly output: string;
      readonly fault: string | null;
      readonly agent: string;
      /** It failed, and in such a way that nobody knows whether it was done: an answer may have been lost. */
      readonly mayBeDone?: boolean;
    }
  /** A task says that it gets on. */
  | { readonly kind: 'progress'; readonly taskId: string }
  | { readonly kind: 'signal'; readonly name: string; readonly payload: unknown; readonly by: string }
  | { readonly kind: 'cancel' | 'pause' | 'resume'; readonly by: string; readonly reason: string }
  | { readonly kind: 'adapt'; readonly by: string; readonly reason: string; readonly changes: unknown }
  /** Its time has come. */
  | { readonly kind: 'wake' };

/** What a run wants done. Ids follow from the run, the step and the part alone. */
export type RunCommand =
  | { readonly kind: 'task'; readonly task: TaskWanted }
  | { readonly kind: 'changeRequest'; readonly request: ChangeWanted }
  | {
      readonly kind: 'startRun';
      readonly workflowId: string;
      readonly playbook: string;
      readonly input: unknown;
      readonly target: string | null;
      readonly parent: { readonly workflowId: string; readonly stepId: string };
    }
  | { readonly kind: 'signalRun'; readonly workflowId: string; readonly signal: string; readonly payload: unknown }
  | { readonly kind: 'cancelRun'; readonly workflowId: string; readonly reason: string }
  /** For the history of the run. A question to a person is a RUN_WAITS_FOR_PERSON with a step; its answer is the signal `answer:<step>`. */
  | { readonly kind: 'event'; readonly event: HistoryEvent };

export interface TaskWanted {
  /** Also its idempotency key. */
  readonly taskId: string;
  readonly stepId: string;
  readonly capability: string;
  readonly version: string;
  readonly input: unknown;
  readonly target: string | null;
  readonly changeId: string | null;
  readonly deadline: number;
  readonly maxAttempts: number | null;
  readonly scopes: readonly string[];
  readonly avoid: readonly string[];
  readonly reason: string;
  readonly isUndo: boolean;
}

export interface ChangeWanted extends Call {
  readonly changeId: string;
  readonly stepId: string;
  readonly title: string;
  readonly reason: string;
  readonly changeClass: string;
  readonly version: string;
  readonly undo: { readonly capability: string; readonly input: unknown } | null;
  readonly blastRadius: number;
  readonly requires: readonly string[];
  readonly reviewers: number;
  readonly roles: readonly string[];
  readonly expiresAt: number;
}

export type HistoryKind =
  | EndKind
  | 'RUN_STARTED'
  | 'RUN_PAUSED'
  | 'RUN_RESUMED'
  | 'RUN_ADAPTED'
  | 'RUN_SIGNALLED'
  | 'RUN_WAITS_FOR_PERSON'
  | 'RUN_COMPENSATING'
  | 'STEP_WAITING'
  | 'STEP_STARTED'
  | 'STEP_COMPLETED'
  | 'STEP_FAILED'
  | 'STEP_SKIPPED'
  | 'STEP_COMPENSATING'
  | 'STEP_COMPENSATED'
  | 'STEP_COMPENSATION_FAILED';

export interface HistoryEvent {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly kind: HistoryKind;
  readonly at: number;
  readonly text: string;
  readonly stepId: string | null;
  readonly taskId: string | null;
  readonly changeId: string | null;
  readonly output: unknown;
}

/** What whoever hosts runs knows and a run does not. */
export interface RunHost {
  /** Why a condition of `approve.requires` does not hold for a call, in a sentence; `undefined` when it does. */
  unmet?(condition: string, call: Call, run: Run, changeId: string | null): string | undefined;
}

export interface Advanced {
  readonly run: Run;
  readonly commands: readonly RunCommand[];
  /** When it wants to be woken; null: only by what it is told. */
  readonly wakeAt: number | null;
  /** Why the event changed nothing. */
  readonly ignored?: string;
}
