export { logKinds, logReader, type LogKind } from './log-reader.ts';
export type { LineContext, LineReading, Sighting } from './sighting.ts';
