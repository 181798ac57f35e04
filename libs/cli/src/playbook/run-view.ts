/** A run as people read it, from its history. */
import type { WorkflowEvent, WorkflowEventKind } from '@muster/schemas';
import { formatDuration, formatTime } from '../moment.ts';
import { tableLines } from '../table.ts';
import { harmless } from '../terminal.ts';
import type { Colours } from '../terminal.ts';

interface Look {
  readonly colours: Colours;
  readonly width: number | undefined;
  /** Epoch ms. */
  readonly now: number;
}

type Event = Omit<WorkflowEvent, 'envelope'>;

const ends: ReadonlySet<WorkflowEventKind> = new Set([
  'RUN_COMPLETED',
  'RUN_COMPENSATED',
  'RUN_FAILED',
  'RUN_CANCELLED',
  'RUN_REFUSED',
]);

export function hasEnded(events: readonly Event[]): boolean {
  return events.some(({ kind }) => ends.has(kind));
}

/** In their order, each once: a message may come twice. */
export function inOrder(events: readonly Event[]): Event[] {
  const bySequence = new Map(events.map((event) => [event.sequence, event]));
  return [...bySequence.values()].toSorted((a, b) => a.sequence - b.sequence);
}

interface StepLine {
  readonly id: string;
  status: string;
  begunAt: number | null;
  endedAt: number | null;
  text: string;
}

/** What the run is, and how each of its steps stands. `events`: in their order. */
export function runLines(events: readonly Event[], look: Look): string[] {
  const [first] = events;
  if (first === undefined) return [];
  const { colours, now } = look;
  const steps = new Map<string, StepLine>();
  for (const { stepId, kind, happenedAt: at, text } of events) {
    if (stepId === null || !(kind.startsWith('STEP_') || kind === 'RUN_WAITS_FOR_PERSON')) continue;
    const step = steps.get(stepId) ?? { id: stepId, status: '', begunAt: null, endedAt: null, text };
    steps.set(stepId, step);
    step.status = kind === 'RUN_WAITS_FOR_PERSON' ? 'ASKS' : kind.slice('STEP_'.length);
    step.text = text;
    if (kind === 'STEP_STARTED' || kind === 'STEP_WAITING' || kind === 'RUN_WAITS_FOR_PERSON') step.begunAt ??= at;
    if (kind === 'STEP_COMPLETED' || kind === 'STEP_FAILED') step.endedAt ??= at;
  }
  const end = events.find(({ kind }) => ends.has(kind));
  const facts = [
    `${first.playbook} ${first.playbookVersion}`,
    ...(first.target === null ? [] : [`target ${first.target}`]),
    ...(first.incidentId === null ? [] : [`incident ${first.incidentId}`]),
    `since ${formatTime(first.happenedAt, now)}`,
    `for ${formatDuration((end?.happenedAt ?? now) - first.happenedAt)}`,
  ];
  const state = end?.kind ?? events.findLast(({ kind }) => kind.startsWith('RUN_'))?.kind ?? '';
  const paint = paintOf(state, colours);
  const columns = [
    { title: 'STEP', text: ({ id }: StepLine) => id },
    {
      title: 'IS',
      text: ({ status }: StepLine) => status,
      paint: ({ status }: StepLine, c: Colours) => paintOf(status, c),
    },
    { title: 'BEGAN', text: ({ begunAt }: StepLine) => (begunAt === null ? '-' : formatTime(begunAt, now)) },
    {
      title: 'TOOK',
      text: ({ begunAt, endedAt }: StepLine) =>
        begunAt === null || endedAt === null ? '-' : formatDuration(endedAt - begunAt),
      align: 'right' as const,
    },
    { title: 'WHAT', text: ({ text }: StepLine) => text },
  ];
  return [
    `${colours.bold(harmless(first.workflowId))}  ${paint(state.replace(/^RUN_/, ''))}  ${colours.dim(harmless(facts.join(', ')))}`,
    ...(steps.size === 0 ? [] : ['', ...tableLines([...steps.values()], columns, look)]),
    '',
    ...events.map((event) => eventLine(event, first.happenedAt, colours)),
  ];
}

/** `+1.2s STEP_STARTED flush began: ...` */
export function eventLine({ happenedAt: at, kind, text }: Event, startedAt: number, colours: Colours): string {
  const after = `+${((at - startedAt) / 1_000).toFixed(1)}s`.padStart(9);
  return `${colours.dim(after)}  ${paintOf(kind, colours)(kind.padEnd(24))}  ${harmless(text)}`;
}

function paintOf(kind: string, colours: Colours): (text: string) => string {
  if (/FAILED|REFUSED/.test(kind)) return colours.red;
  if (/WAITS|ASKS|COMPENSAT|CANCELLED|PAUSED/.test(kind)) return colours.yellow;
  return kind.endsWith('COMPLETED') ? colours.green : String;
}
