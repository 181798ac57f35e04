/** Times as logs write them, as epoch ms; NaN for what is none. A time without a zone is taken for UTC. */

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayMs = 86_400_000;

function monthOf(name: string): number {
  const month = months.indexOf(name.toLowerCase());
  return month < 0 ? Number.NaN : month;
}

function clock(text: string): number {
  const [hours = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

/** `Jun 21 16:47:48`, which has no year: the latest such moment that is not a day ahead of now. */
export function syslogTime(month: string, day: string, time: string, now: number): number {
  const at = (year: number): number => Date.UTC(year, monthOf(month), Number(day)) + clock(time);
  const year = new Date(now).getUTCFullYear();
  return at(year) <= now + dayMs ? at(year) : at(year - 1);
}

/** `17/May/2015:10:05:03 +0000` of access logs, or an ISO time. */
export function accessTime(text: string): number {
  const match = /^(\d{1,2})\/(\w{3})\w*\.?\/(\d{4}):(\d\d:\d\d:\d\d)(?: ([+-])(\d\d)(\d\d))?$/.exec(text);
  if (match === null) return /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  const [, day, month = '', year, time = '', sign, hours, minutes] = match;
  const behindMs = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return Date.UTC(Number(year), monthOf(month), Number(day)) + clock(time) - behindMs;
}

/** `Sat Jun 01 02:17:42.453232 2013` of Apache's error log. */
export function apacheTime(text: string): number {
  const match = /^\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d+)?) (\d{4})$/.exec(text);
  if (match === null) return Number.NaN;
  const [, month = '', day, time = '', year] = match;
  return Math.floor(Date.UTC(Number(year), monthOf(month), Number(day)) + clock(time));
}

/** A date anywhere near the beginning of a line of no known form; now where there is none, or none that can be. */
export function looseTime(line: string, now: number): number {
  const head = line.slice(0, 60);
  const iso = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/.exec(head)?.[0];
  const dated = /\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})/.exec(head)?.[0];
  const at = iso !== undefined ? Date.parse(withZone(iso)) : dated === undefined ? now : apacheTime(dated);
  return Number.isNaN(at) ? now : at;
}

const withZone = (iso: string): string => {
  const text = iso.replace(' ', 'T').replace(',', '.');
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
};

/** `2012/04/09 11:53:29` of nginx's error log. */
export function nginxTime(text: string): number {
  return Date.parse(`${text.slice(0, 10).replaceAll('/', '-')}T${text.slice(11)}Z`);
}
