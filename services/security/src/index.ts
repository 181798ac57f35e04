export { security } from './agent.ts';
export { evidenceOf, isAbuse } from './event-signs.ts';
export { valueSigns } from './request-signs.ts';
export { settings } from './settings.ts';
