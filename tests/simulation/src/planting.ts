/** How bugs are planted in an agent from outside: other handlers, other words, other memories. */
import type { AgentDefinition, HandlerContext, Outcome, Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { Plant } from '@muster/testkit';

type Context = HandlerContext<unknown, unknown, Record<string, TopicName>>;
export type Handle = (message: Message, context: Context) => Outcome;

/** The named agent with other handlers or actions; all others as they are. */
export function inAgent(name: string, change: (definition: AgentDefinition) => AgentDefinition): Plant {
  return ({ environment, definition }) => ({
    environment,
    definition: definition.name === name ? change(definition) : definition,
  });
}

export function inHandler(agent: string, name: string, change: (handle: Handle) => Handle): Plant {
  return inAgent(agent, (definition) => {
    const handler = definition.handlers[name];
    if (handler === undefined) throw new Error(`${agent} has no handler ${name} to plant a bug in`);
    const { wake } = handler;
    const changed = {
      ...handler,
      handle: change((message, context) => handler.handle(message as never, context) as Outcome),
      // What it says when it is woken goes the same way; a wake-up has no message.
      ...(wake && { wake: (context: Context) => change(() => wake(context) as Outcome)(nothing, context) }),
    };
    return { ...definition, handlers: { ...definition.handlers, [name]: changed } };
  });
}

const nothing = { topic: 'muster.flags.v1', value: {} } as Message;

/** What is published, changed or left out. */
export function saying(change: (publication: Publication) => readonly Publication[]): (handle: Handle) => Handle {
  return (handle) => (message, context) => {
    const outcome = handle(message, context);
    return outcome.kind === 'handled' ? { ...outcome, publish: (outcome.publish ?? []).flatMap(change) } : outcome;
  };
}

/** Goes on at once with what `answer` makes of something that was published, as if it had come back already. */
export function answering(
  answer: (publication: Publication) => Pick<Message, 'topic' | 'value'> | undefined,
  isSaid: boolean,
): (handle: Handle) => Handle {
  return (handle) => (message, context) => {
    let outcome = handle(message, context);
    if (outcome.kind !== 'handled') return outcome;
    const said: Publication[] = [];
    for (const publication of outcome.publish ?? []) {
      const answered = answer(publication);
      if (answered === undefined || isSaid) said.push(publication);
      if (answered === undefined || outcome.kind !== 'handled') continue;
      const state = outcome.state === undefined ? context.state : (outcome.state ?? undefined);
      const next = handle({ ...message, ...answered } as Message, { ...context, state });
      if (next.kind !== 'handled') continue;
      said.push(...(next.publish ?? []));
      outcome = { ...outcome, ...next };
    }
    return { ...outcome, publish: said };
  };
}

export const valueOf = <T extends TopicName>(
  { topic, value }: Publication,
  of: T,
): Extract<Publication<T>, { topic: unknown }>['value'] =>
  topic === of ? (value as Extract<Publication<T>, { topic: unknown }>['value']) : null;

/** What is heard, changed. */
export const hearing =
  (change: (message: Message) => Message): ((handle: Handle) => Handle) =>
  (handle) =>
  (message, context) =>
    handle(change(message), context);

/** What is remembered after a message, changed. */
export const remembering =
  (change: (state: never, before: never, message: Message) => object): ((handle: Handle) => Handle) =>
  (handle) =>
  (message, context) => {
    const outcome = handle(message, context);
    if (outcome.kind !== 'handled' || outcome.state === undefined || outcome.state === null) return outcome;
    return { ...outcome, state: change(outcome.state as never, context.state as never, message) };
  };
