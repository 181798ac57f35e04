import type { TopicSpec } from '../log.ts';

/** A topic exists with another partition count than was asked for. */
export const differentCount = ({ topic, partitions }: TopicSpec, there: number): Error =>
  new Error(
    `Topic ${topic} has ${there} partitions and ${partitions} were asked for; keys would move: create a new topic instead.`,
  );
