import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from './limits.ts';
import { moment, scene } from './scene.ts';

const dayMs = 24 * hourMs;

/** A scope in which something ordinary was heard every two hours for days. */
function used(days: number) {
  const scope = scene();
  for (let at = 0; at < days * dayMs; at += 2 * hourMs) scope.hear(at, moment('login failed', 'mail'));
  scope.pass(days * dayMs);
  return scope;
}

const opened = (scope: ReturnType<typeof scene>) => scope.kinds().filter((kind) => kind === 'opened').length;

describe('moments', () => {
  it('that come again and again open an incident once', () => {
    expect(opened(used(5))).toBe(1);
  });

  it('that are new open one, and it ends when nothing more comes', () => {
    const scope = used(3);
    scope.hear(3 * dayMs + 1, moment('port scan', 'vpn'));
    expect(opened(scope)).toBe(2);
    expect(scope.open()[0]?.members.get('vpn/port scan')?.reason).toBe('never seen before');
    scope.pass(3 * dayMs + 10 * minuteMs);
    expect(scope.open()).toEqual([]);
  });

  it('that were seldom open one again, those that are common elsewhere do not', () => {
    const scope = used(3);
    scope.hear(3 * dayMs, moment('service stopped', 'share'));
    scope.hear(4 * dayMs, moment('service stopped', 'share'));
    expect(opened(scope)).toBe(3);
    scope.hear(5 * dayMs, moment('login failed', 'vpn'));
    for (let index = 0; index < 6; index += 1)
      scope.hear(5 * dayMs + index * 2 * hourMs, moment('login failed', 'mail'));
    const before = opened(scope);
    scope.hear(6 * dayMs, moment('login failed', 'vpn'));
    expect(opened(scope)).toBe(before);
  });

  it('are counted once each, whether told when they came or folded and told later', () => {
    const scope = scene();
    const at = minuteMs;
    scope.hear(at, moment('port scan', 'vpn'));
    scope.hear(at + 1_000, moment('port scan', 'vpn', { transition: 'REPEATED', foldedCount: 1 }));
    scope.hear(at + 2_000, moment('port scan', 'vpn', { transition: 'REPEATED', foldedCount: 7 }));
    scope.hear(at + 3_000, moment('port scan', 'web', { foldedCount: 2 }));
    const [incident] = scope.incidents();
    expect(incident).toMatchObject({ alertCount: 2, messageCount: 1 + 1 + 7 + 3 });
    expect(incident?.members.get('vpn/port scan')?.count).toBe(9);
  });

  it('that are far busier than ever open one', () => {
    const scope = used(3);
    const at = 3 * dayMs;
    scope.hear(at, moment('login failed', 'mail'));
    scope.hear(at + 5 * minuteMs, moment('login failed', 'mail', { transition: 'REPEATED', foldedCount: 900 }));
    expect(scope.open()[0]?.members.get('mail/login failed')?.reason).toBe('180 messages a minute, at most 1 before');
  });

  it('that are two at a time stay apart, and are one when they are a crowd', () => {
    const scope = used(3);
    const at = 3 * dayMs;
    scope.hear(at, moment('a', 'vpn'));
    scope.hear(at + 1_000, moment('b', 'web'));
    expect(scope.open()).toHaveLength(2);
    for (const [index, host] of ['share', 'dns', 'proxy'].entries())
      scope.hear(at + 2_000 + index, moment(`r${index}`, host));
    expect(scope.open()).toHaveLength(1);
    expect(scope.open()[0]?.alertCount).toBe(5);
  });

  it('that are ordinary are shown near a large incident, as its smallest part', () => {
    const scope = used(3);
    const at = 3 * dayMs;
    scope.hear(at, moment('login failed', 'mail'));
    for (let index = 0; index < 8; index += 1)
      scope.hear(at + minuteMs + index, moment(`scan ${index}`, `host-${index}`));
    expect(scope.open()[0]?.ordinaryCount).toBe(0);
    scope.hear(at + 6 * minuteMs, moment('scan 0', 'host-0', { transition: 'REPEATED', foldedCount: 40 }));
    const [incident] = scope.open();
    expect(incident?.ordinaryCount).toBe(1);
    expect(incident?.members.get('mail/login failed')).toMatchObject({ isEvidence: false, count: 1 });
    expect(incident?.targets).toContain('mail');
  });

  it('of the same kind on two targets belong together', () => {
    const scope = used(3);
    scope.hear(3 * dayMs, moment('entropy', 'dns'));
    scope.hear(3 * dayMs + 1_000, moment('entropy', 'firewall'));
    expect(scope.open()).toHaveLength(1);
    expect(scope.open()[0]?.members.get('firewall/entropy')?.reason).toBe('never seen before, the same on dns');
  });
});
