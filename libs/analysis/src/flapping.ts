/** Flapping starts at `startAt` transitions within the window and ends below `stopBelow`; stopBelow <= startAt. */
export type FlappingOptions = {
  readonly windowMs: number;
  readonly startAt: number;
  readonly stopBelow: number;
};

export type FlappingState = {
  readonly isFlapping: boolean;
  /** Times of the latest transitions inside the window, epoch ms, oldest first; never more than `startAt`. */
  readonly transitions: readonly number[];
};

const calm: FlappingState = { isFlapping: false, transitions: [] };

const settle = (transitions: readonly number[], wasFlapping: boolean, options: FlappingOptions): FlappingState => ({
  isFlapping: wasFlapping ? transitions.length >= options.stopBelow : transitions.length >= options.startAt,
  transitions,
});

/** Counts one transition (raised or cleared) at time `at`. A late one is counted at its own time. */
export const noteTransition = (
  state: FlappingState | undefined,
  at: number,
  options: FlappingOptions,
): FlappingState => {
  const { isFlapping, transitions } = state ?? calm;
  const newestAt = Math.max(at, transitions.at(-1) ?? at);
  const inWindow = [...transitions, at].filter((each) => each > newestAt - options.windowMs).sort((a, b) => a - b);
  return settle(inWindow.slice(-options.startAt), isFlapping, options);
};

/** The state as time passes without transitions: what left the window no longer counts. */
export const flappingAt = (state: FlappingState | undefined, now: number, options: FlappingOptions): FlappingState => {
  const { isFlapping, transitions } = state ?? calm;
  return settle(
    transitions.filter((each) => each > now - options.windowMs),
    isFlapping,
    options,
  );
};

/** When flapping ends if nothing more happens, epoch ms (for a timer); undefined when it isn't flapping. */
export const flappingEndsAt = (state: FlappingState | undefined, options: FlappingOptions): number | undefined => {
  if (state === undefined || !state.isFlapping) return undefined;
  const leaving = state.transitions[state.transitions.length - options.stopBelow];
  return leaving === undefined ? undefined : leaving + options.windowMs;
};
