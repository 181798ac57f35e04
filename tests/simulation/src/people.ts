/** The people around the mesh: they review what is passed up to them, rightly and wrongly, and answer what they are asked, or do not. */
import type { Bus, Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { World } from '@muster/testkit';
import type { Voice } from './voice.ts';

const lookEveryMs = 500;

/** Decisions and events after which nothing is waited for. */
const over = /^(APPROVED|REJECTED|EXPIRED|RUN_(COMPLETED|COMPENSATED|FAILED|CANCELLED|REFUSED|WAITS_FOR_PERSON))$/;

/** Begins to watch for what people are asked. Gives what is under way and does not wait for them alone. */
export function watchful(user: Bus, world: World, voice: Voice): { underWay(): string[] } {
  const { random, time } = world;
  const requesters = new Map<string, string>();
  const underWay = new Set<string>();
  const later = (leastMs: number, mostMs: number, run: () => void): void =>
    void time.after(random.between(leastMs, mostMs), run);

  const review = (changeId: string, reviewer: string, verdict: 'APPROVE' | 'DENY', roles = ['sre']): void =>
    void voice.say(
      'muster.reviews.v1',
      { changeId, reviewer, roles, verdict, comment: 'looked at it' },
      { order: changeId },
    );

  const decide = (changeId: string): void => {
    const requester = requesters.get(changeId) ?? 'ada';
    const luck = random.next();
    // Who asked, and who lacks the role: neither counts.
    if (random.chance(0.2)) later(100, 5_000, () => review(changeId, requester, 'APPROVE'));
    if (random.chance(0.1)) later(100, 5_000, () => review(changeId, 'cyd', 'APPROVE', ['intern']));
    if (luck < 0.6) later(500, 60_000, () => review(changeId, 'dan', 'APPROVE'));
    if (luck < 0.2) later(500, 60_000, () => review(changeId, 'eve', 'APPROVE'));
    if (luck >= 0.5 && luck < 0.75) later(500, 60_000, () => review(changeId, 'fay', 'DENY'));
    // What the mesh itself waits for is not left lying: that could take an hour.
    if (changeId.includes('/')) later(61_000, 90_000, () => review(changeId, 'hal', random.pick(['APPROVE', 'DENY'])));
    if (random.chance(0.15)) later(100_000, 200_000, () => review(changeId, 'gus', 'APPROVE'));
  };
  const ended = new Set<string>();
  const answer = (workflowId: string, stepId: string, isQuestion: boolean): void => {
    // A run within another one is not left waiting: the other one waits, too.
    if (!workflowId.includes('/') && random.chance(0.5)) return;
    later(500, 60_000, () => {
      if (ended.has(workflowId)) return;
      underWay.add(`run ${workflowId}`);
      const said = isQuestion ? random.pick(['done', 'leave it']) : random.chance(0.5);
      const payload = JSON.stringify({ answer: said });
      const value = { workflowId, kind: 'SIGNAL' as const, signal: `answer:${stepId}`, payload, requestedBy: 'dan' };
      voice.say('muster.workflow-commands.v1', value, { order: workflowId });
    });
  };

  const requests = newMessages(user, world, 'muster.change-requests.v1');
  const decisions = newMessages(user, world, 'muster.decisions.v1');
  const events = newMessages(user, world, 'muster.workflow-events.v1');
  const look = async (): Promise<void> => {
    for (const { value } of await requests()) {
      if (!requesters.has(value.changeId)) underWay.add(`change ${value.changeId}`);
      requesters.set(value.changeId, value.requestedBy);
    }
    for (const { value } of await decisions()) {
      if (value.verdict === 'ESCALATED') decide(value.changeId);
      if (over.test(value.verdict)) underWay.delete(`change ${value.changeId}`);
    }
    for (const { value } of await events()) {
      if (value.kind === 'RUN_STARTED') underWay.add(`run ${value.workflowId}`);
      if (!over.test(value.kind)) continue;
      underWay.delete(`run ${value.workflowId}`);
      if (value.kind === 'RUN_WAITS_FOR_PERSON')
        answer(value.workflowId, value.stepId ?? '', value.playbook === 'ask-a-person');
      else ended.add(value.workflowId);
    }
    time.after(lookEveryMs, () => void look());
  };
  void look();
  return { underWay: () => [...underWay] };
}

/** Gives what a topic holds and was not given before; second copies once. */
function newMessages<T extends TopicName>(user: Bus, { cluster }: World, topic: T): () => Promise<Message<T>[]> {
  let given = 0;
  const ids = new Set<string>();
  return async () => {
    const records = cluster.read(topic);
    const fresh: Message<T>[] = [];
    for (const record of records.slice(given)) {
      const decoded = await user.decode(record);
      if (decoded.kind !== 'message' || ids.has(decoded.message.id)) continue;
      ids.add(decoded.message.id);
      fresh.push(decoded.message as Message<T>);
    }
    given = records.length;
    return fresh;
  };
}
