/** The policies that a replay uses instead of those on record. */
import { existsSync, readFileSync } from 'node:fs';
import type { AgentDefinition } from '@muster/agent';
import type { Message, Outgoing } from '@muster/bus';
import { messageOf } from '@muster/resilience';
import type { Policy } from '@muster/schemas';
import { Failure, misuse } from '../failure.ts';
import type { OfflineBus } from './offline-bus.ts';

export const policyTopic = 'muster.policies.v1';

/** Reads a policy, a list of them, or a line each; as `muster publish policies` takes them, or as `muster tail policies --json` prints them. */
export function readPolicyFile(file: string): readonly unknown[] {
  if (!existsSync(file)) throw misuse(`There is no file ${file}: --policy takes a file of policies as JSON.`);
  const text = readFileSync(file, 'utf8');
  const values = parsed(text) ?? linesOf(file, text);
  if (values.length === 0) throw new Failure(`${file} holds no policy.`);
  return values.map(unwrapped);
}

function parsed(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch {
    return undefined;
  }
}

/** A file of which the first line is no value by itself is one value, so that its fault is where the whole stops making sense. */
function linesOf(file: string, text: string): unknown[] {
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }));
  const filled = lines.filter(({ line }) => line.trim() !== '');
  const isByLine = filled[0] !== undefined && parsed(filled[0].line) !== undefined;
  if (!isByLine) throw faultIn(file, text, 1);
  return filled.flatMap(({ line, number }) => parsed(line) ?? [faultThrown(file, line, number)]);
}

function faultThrown(file: string, line: string, number: number): never {
  throw faultIn(file, line, number);
}

function faultIn(file: string, text: string, firstLine: number): Failure {
  let reason = '';
  try {
    JSON.parse(text);
  } catch (error) {
    reason = messageOf(error);
  }
  const [, position] = /position (\d+)/.exec(reason) ?? [];
  const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
  const line = firstLine + before.split('\n').length - 1;
  const what = reason
    .replace(/,? "[\s\S]*" is not valid JSON$/, '')
    .replace(/ in JSON.*$/s, '')
    .replaceAll(/\s+/g, ' ');
  return new Failure(`${file}, line ${line}: it is no JSON (${what}). Correct the line; nothing was replayed.`);
}

function unwrapped(value: unknown): unknown {
  const isPrinted = typeof value === 'object' && value !== null && 'record' in value && 'offset' in value;
  const record = isPrinted ? (value as { record: unknown }).record : value;
  if (typeof record !== 'object' || record === null) return record;
  const { envelope: _, ...policy } = record as Record<string, unknown>;
  return policy;
}

export interface GivenPolicies {
  readonly file: string;
  readonly values: readonly unknown[];
}

/**
 * The policies as messages that the log took in at a time. Throws a Failure that names the policy and the field when one does not fit
 * its schema, and when none is for the agent.
 */
export function policyMessages(
  { name, tables, handlers }: AgentDefinition,
  { file, values }: GivenPolicies,
  at: number,
  offline: OfflineBus,
): readonly Message<typeof policyTopic>[] {
  const isRead = [...Object.values(tables), ...Object.values(handlers).flatMap(({ topics }) => topics)];
  if (!isRead.includes(policyTopic)) throw misuse(`${name} reads no policies: leave out --policy.`);
  const messages = values.map((value, index) => {
    const which = `${file}, policy ${index + 1}`;
    if (typeof value !== 'object' || value === null) throw new Failure(`${which}: it is no object.`);
    const id = `${policyTopic}/${index}`;
    const envelope = { id, time: at, source: 'policy-file', correlationId: id, causationId: null };
    const decoded = delivered(which, { topic: policyTopic, value: value as Policy, envelope }, offline);
    return { ...(decoded as Message<typeof policyTopic>), offset: index };
  });
  if (!messages.some(({ value }) => value.agent === name)) {
    const others = [...new Set(messages.map(({ value }) => value.agent))].join(', ');
    throw new Failure(`${file} holds no policy for ${name}, only for ${others}: set its "agent" to "${name}".`);
  }
  return messages;
}

function delivered(which: string, message: Outgoing, offline: OfflineBus): Message {
  try {
    const decoded = offline.delivered(message);
    if (decoded.kind === 'message') return decoded.message;
    throw new Error('it is no policy');
  } catch (error) {
    throw new Failure(`${which}: ${messageOf(error).replace(/^muster\.policies\.v1: /, '')}`);
  }
}
