export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** How much one scope remembers: what bounds its state, however many alerts come. */
export const limits = {
  habits: 4_000,
  openIncidents: 50,
  incidents: 100,
  membersPerIncident: 100,
  timelineEntries: 40,
  waiting: 200,
} as const;
