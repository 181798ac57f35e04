/** When dead letters stop being single bad messages and mean that something is broken. */
export interface DeadLetterLimit {
  /** Notes that an input was dealt with; returns why the agent must stop, once the limit is passed. */
  note(isDeadLetter: boolean, now: number): string | undefined;
}

const inARow = 10;
const share = 0.05;
const windowMs = 60_000;
/** Below this many messages in a minute a share says nothing. */
const enough = 200;

/** More than 10 in a row, or more than 5 % of the messages of a minute. */
export function deadLetterLimit(): DeadLetterLimit {
  let row = 0;
  let windowStart = Number.NEGATIVE_INFINITY;
  let messages = 0;
  let deadLetters = 0;
  return {
    note(isDeadLetter, now) {
      if (now - windowStart >= windowMs) [windowStart, messages, deadLetters] = [now, 0, 0];
      messages += 1;
      row = isDeadLetter ? row + 1 : 0;
      if (!isDeadLetter) return undefined;
      deadLetters += 1;
      if (row > inARow) return `${row} messages in a row became dead letters`;
      if (messages >= enough && deadLetters > share * messages)
        return `${deadLetters} of the last ${messages} messages became dead letters`;
      return undefined;
    },
  };
}
