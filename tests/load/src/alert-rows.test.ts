import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAlertRows } from './alert-rows.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alert-rows-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (name: string, content: string | Buffer): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
};

describe('readAlertRows', () => {
  const csv =
    'time,name,ip,host,short,label\n7,"Wazuh: a, ""b""",10.0.0.1,mail,W-1,x\n5,Suricata: c,10.0.0.2,vpn,S-1,y\n';
  const rows = [
    { index: 0, at: 7_000, name: 'Wazuh: a, "b"', ip: '10.0.0.1', host: 'mail', rule: 'W-1' },
    { index: 1, at: 5_000, name: 'Suricata: c', ip: '10.0.0.2', host: 'vpn', rule: 'S-1' },
  ];

  it('reads plain and gzipped files in their order', async () => {
    expect(await readAlertRows(await write('a.csv', csv))).toEqual(rows);
    expect(await readAlertRows(await write('a.csv.gz', gzipSync(csv)))).toEqual(rows);
  });

  it('says what is missing', async () => {
    await expect(readAlertRows(await write('b.csv', 'time,name\n'))).rejects.toThrow('has no column ip, host, short');
    await expect(readAlertRows(await write('c.csv', csv.replace('7,', 'x,')))).rejects.toThrow('Row 1 of');
  });
});
