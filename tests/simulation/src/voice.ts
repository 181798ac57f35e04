/** Users' systems and people, as far as the mesh hears of them: each says one thing after the other, and again until the log has it. */
import type { Bus, Outgoing } from '@muster/bus';
import type { TopicInputs, TopicName } from '@muster/schemas';
import type { World } from '@muster/testkit';

export interface Voice {
  /** Says something once; what has the same order is said in order. Returns the id of the message. */
  say<T extends TopicName>(topic: T, value: TopicInputs[T], options?: SayOptions): string;
  /** Puts bytes on a topic that are no message. */
  babble(topic: TopicName, key: string, text: string): void;
  /** What the log has not confirmed yet. */
  readonly unsaid: number;
}

interface SayOptions {
  /** Default: the topic. */
  readonly order?: string;
  readonly id?: string;
}

export function voiceOf(user: Bus, { time, random }: World): Voice {
  let count = 0;
  let unsaid = 0;
  const queues = new Map<string, (() => Promise<void>)[]>();

  const run = async (order: string): Promise<void> => {
    const queue = queues.get(order) ?? [];
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      try {
        await next();
        queue.shift();
        unsaid -= 1;
      } catch {
        await new Promise<void>((resolve) => void time.after(random.between(10, 200), resolve));
      }
    }
    queues.delete(order);
  };
  const enqueue = (order: string, append: () => Promise<void>): void => {
    unsaid += 1;
    const queue = queues.get(order);
    if (queue !== undefined) return void queue.push(append);
    queues.set(order, [append]);
    void run(order);
  };

  return {
    say(topic, value, { order = topic, id = `u${(count += 1)}` } = {}) {
      const envelope = { id, time: time.now(), source: 'people', correlationId: id, causationId: null };
      const record = user.encode({ topic, value, envelope } as Outgoing);
      enqueue(order, () => user.log.append([record]));
      return id;
    },
    babble(topic, key, text) {
      const record = { topic, key: Buffer.from(key), value: Buffer.from(text), headers: {} };
      enqueue(`babble ${topic}`, () => user.log.append([record]));
    },
    get unsaid() {
      return unsaid;
    },
  };
}
