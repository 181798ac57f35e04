/** A folder of security logs with known answers, laid out as docs/security.md says. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A line of a labelled log: whether it is an abuse, and of which host, where that is said. */
export interface LabelledLine {
  readonly line: string;
  readonly isAbuse: boolean;
  readonly host?: string;
}

export interface LabelledLog {
  readonly service: string;
  readonly lines: readonly LabelledLine[];
}

export interface LabelledPayload {
  readonly payload: string;
  /** `norm`, or the kind of attack. */
  readonly attack: string;
}

/** The logs in `fail2ban/`: `# failJSON: {...}` before a line says what it is. A line that stands there twice is an abuse if it is one anywhere. */
export async function readLabelledLogs(folder: string): Promise<LabelledLog[]> {
  const services = (await readdir(join(folder, 'fail2ban')).catch(() => []))
    .filter((name) => name !== 'COPYING')
    .toSorted();
  return Promise.all(
    services.map(async (service) => ({ service, lines: labelled(await textOf(join(folder, 'fail2ban', service))) })),
  );
}

function labelled(text: string): LabelledLine[] {
  const lines: LabelledLine[] = [];
  let label: { readonly match?: boolean; readonly host?: string } = {};
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      const json = /^# ?failJSON: ?(\{.*\})/.exec(line)?.[1];
      if (json !== undefined) label = JSON.parse(json) as typeof label;
    } else if (line.trim() !== '') {
      lines.push({ line, isAbuse: label.match === true, ...(label.host === undefined ? {} : { host: label.host }) });
      label = {};
    }
  }
  const abuses = new Map(lines.filter(({ isAbuse }) => isAbuse).map((each) => [each.line, each]));
  return lines.map((each) => abuses.get(each.line) ?? each);
}

/** The files whose names begin so, e.g. `access-benign`. */
export async function filesNamed(folder: string, beginning: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.startsWith(beginning))
    .toSorted()
    .map((name) => join(folder, name));
}

export async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Rows `payload,length,attack_type,label` of a CSV in which quotes are doubled and lines may break within them. */
export async function readPayloads(file: string): Promise<LabelledPayload[]> {
  const [, ...rows] = csvRows(await textOf(file));
  return rows.filter((row) => row.length >= 4).map(([payload = '', , attack = '']) => ({ payload, attack }));
}

function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
