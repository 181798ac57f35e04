import { stripVTControlCharacters } from 'node:util';
import type { Message } from '@muster/bus';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { messageLine, removalLine } from './message-line.ts';

const plain = picocolors.createColors(false);
const at = new Date(2026, 4, 1, 12, 30, 5).getTime();
const line = (topic: string, value: object, colours = plain, width?: number) =>
  messageLine({ topic, key: 'the-key', timestamp: at, value } as Message, { colours, width, now: at });

const alert = {
  status: 'FIRING',
  severity: 'CRITICAL',
  title: 'latency_ms of shop is unusually high',
  description: '412.5 ms, expected 80 to 120 ms.',
  startsAt: at - 90_000,
  endsAt: null,
  isFlapping: false,
};

describe('the line of a message', () => {
  it('is an alert: state, severity, title, evidence', () => {
    expect(line('muster.alerts.v1', alert)).toBe(
      '12:30:05  FIRING    CRITICAL  latency_ms of shop is unusually high  412.5 ms, expected 80 to 120 ms.',
    );
    expect(line('muster.alerts.v1', { ...alert, status: 'RESOLVED', endsAt: at, isFlapping: true })).toContain(
      'RESOLVED  CRITICAL  latency_ms of shop is unusually high  (flapping)  after 90s',
    );
  });

  it('colours an alert by its severity, and green when it is over', () => {
    const colours = picocolors.createColors(true);
    expect(line('muster.alerts.v1', alert, colours)).toContain(colours.red('FIRING  '));
    expect(line('muster.alerts.v1', { ...alert, severity: 'WARNING' }, colours)).toContain(colours.yellow('FIRING  '));
    expect(line('muster.alerts.v1', { ...alert, status: 'RESOLVED' }, colours)).toContain(colours.green('RESOLVED'));
  });

  it('is a transition: what changed, and what was folded or silenced', () => {
    const { severity, title } = alert;
    const change = { transition: 'REPEATED', severity, title, isFlapping: false, foldedCount: 7, silencedBy: ['s-1'] };
    expect(line('muster.alert-transitions.v1', change)).toBe(
      '12:30:05  REPEATED  CRITICAL  latency_ms of shop is unusually high  7 folded  silenced by s-1',
    );
  });

  it('is an incident: how it stands, and what is suspected', () => {
    const incident = { incidentId: 'i-1', status: 'OPEN', severity: 'WARNING', title: 'shop is slow' };
    expect(line('muster.incidents.v1', { ...incident, suspectedCause: { target: 'db' } })).toBe(
      '12:30:05  OPEN      WARNING   shop is slow  suspected db  incident i-1',
    );
    expect(line('muster.incidents.v1', { ...incident, status: 'RESOLVED', suspectedCause: null })).toContain(
      'RESOLVED',
    );
  });

  it('is a metric sample', () => {
    const sample = { target: 'shop', name: 'latency_ms', value: 12.3456789, unit: 'ms', labels: { route: '/cart' } };
    expect(line('muster.metrics.v1', sample)).toBe('12:30:05  shop latency_ms{route=/cart} 12.3457 ms');
  });

  it('is any other record: its key and what it says', () => {
    const target = { envelope: {}, target: 'the-key', description: '', owner: 'till', dependsOn: ['db'], labels: {} };
    expect(line('muster.topology.v1', target)).toBe('12:30:05  the-key  owner=till  dependsOn=["db"]');
  });

  it('is a key that was removed', () => {
    expect(removalLine('the-key', at, { colours: plain, width: undefined, now: at })).toBe(
      '12:30:05  the-key  removed',
    );
  });

  it('is cut where the terminal ends, colours not counted', () => {
    const colours = picocolors.createColors(true);
    const [short, painted] = [plain, colours].map((palette) => line('muster.alerts.v1', alert, palette, 40));
    expect(short).toBe('12:30:05  FIRING    CRITICAL  latency_m…');
    expect(stripVTControlCharacters(painted!)).toBe(short);
    expect(painted!.split('\u001b').length).toBe(line('muster.alerts.v1', alert, colours).split('\u001b').length);
  });

  it('keeps control characters from the terminal', () => {
    expect(line('muster.alerts.v1', { ...alert, title: 'a\u001b]0;owned\u0007b' })).toContain('a?]0;owned?b');
  });
});
