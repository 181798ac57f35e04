/** What is quicker in the demo than by default, for nobody watches it for minutes. The variables of the environment override it. */

const ofEnvironment = (variable: string, ms: number): number => Number(process.env[variable] || ms);

/** How long values must be back in their range before an alert is resolved; a minute by default. */
export const holdMs = ofEnvironment('MUSTER_HOLD_MS', 10_000);

/** How long a first block of an address lasts; ten minutes by default. */
export const blockMs = ofEnvironment('MUSTER_BLOCK_MS', 40_000);

/** How long after it began it is looked whether a block holds; a minute by default. */
export const verifyAfterMs = ofEnvironment('MUSTER_VERIFY_AFTER_MS', 20_000);

/** As the agents are told it; with how long all alerts of an incident must be over before it is resolved, 15 s by default. */
export const quickened: Readonly<Record<string, string>> = {
  MUSTER_HOLD_MS: String(holdMs),
  MUSTER_SETTLE_MS: '5000',
  MUSTER_BLOCK_MS: String(blockMs),
  MUSTER_VERIFY_AFTER_MS: String(verifyAfterMs),
};
