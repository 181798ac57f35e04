/** Alerts of intrusion detectors in files laid out like the AIT Alert Data Set: a CSV with time, name, ip, host and short. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

export interface AlertRow {
  /** Its place in the file. */
  readonly index: number;
  /** Epoch ms. */
  readonly at: number;
  readonly name: string;
  readonly ip: string;
  readonly host: string;
  /** The detector's rule. */
  readonly rule: string;
}

const columns = ['time', 'name', 'ip', 'host', 'short'] as const;

/** The rows of a CSV, gzipped or not, in the order of the file. What else is in it, such as labels, is not looked at. */
export async function readAlertRows(file: string): Promise<AlertRow[]> {
  const bytes = await readFile(file);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8').split(/\r?\n/);
  const header = fieldsOf(lines[0] ?? '');
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) throw new Error(`${file} has no column ${missing.join(', ')}: it is not a file of alerts.`);
  const [time, name, ip, host, short] = columns.map((column) => header.indexOf(column)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const rows: AlertRow[] = [];
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const fields = fieldsOf(line);
    const at = Number(fields[time]) * 1_000;
    if (!Number.isFinite(at)) throw new Error(`Row ${rows.length + 1} of ${file} has no time: ${line.slice(0, 80)}`);
    rows.push({
      index: rows.length,
      at,
      name: fields[name] ?? '',
      ip: fields[ip] ?? '',
      host: fields[host] ?? '',
      rule: fields[short] ?? '',
    });
  }
  return rows;
}

/** The fields of one line; quoted ones may hold commas and doubled quotes. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
}
