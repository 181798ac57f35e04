/**
 * What was done in this process since it was last reported: counts, like those of the runtime. No decision depends on them; the sensor
 * `work-report.ts` makes signals of them.
 */
export const tally = {
  heard: 0,
  folded: 0,
  told: 0,
  silenced: 0,
  inhibited: 0,
  incidentsOpened: 0,
  incidentsTold: 0,
};

/** The counts so far; counting begins anew. */
export function takeTally(): Readonly<typeof tally> {
  const taken = { ...tally };
  for (const name of Object.keys(tally) as (keyof typeof tally)[]) tally[name] = 0;
  return taken;
}
