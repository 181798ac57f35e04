import { logReader } from '@muster/ingest';
import { expect, it } from 'vitest';
import { accessLine } from './access-line.ts';

const at = new Date(Date.UTC(2026, 5, 1, 8, 5, 3));
const asked = { address: '203.0.113.7', method: 'GET', url: '/catalog?q=a', status: 404, userAgent: 'curl/8' };
const read = (line: string) => logReader('web')(line, { now: at.getTime(), target: 'shop' });

it('is read as what happened by whoever reads access logs', () => {
  const line = accessLine(asked, at);
  expect(line).toBe('203.0.113.7 - - [01/Jun/2026:08:05:03 +0000] "GET /catalog?q=a HTTP/1.1" 404 - "-" "curl/8"');
  const sighting = { address: '203.0.113.7', action: 'GET /catalog?q=a', outcome: 'FAILED', at: at.getTime() };
  expect(read(line)).toMatchObject({ kind: 'sightings', sightings: [sighting] });
});

it('is one field for each thing, whatever somebody asks for', () => {
  const line = accessLine({ ...asked, url: '/" 200 - "-" "', userAgent: String.raw`a\" b` }, at);
  expect(read(line)).toMatchObject({ kind: 'sightings', sightings: [{ attributes: { status: '404' } }] });
});
