import type { Alert } from '@muster/schemas';

/** For tests: an alert about the shop's checkout as monitoring raises it. */
export function alertOf(change: Partial<Alert> = {}): Alert {
  return {
    envelope: { id: 'a-1', time: 1_780_300_842_000, source: 'monitoring', correlationId: 'c-1', causationId: null },
    fingerprint: 'shop/latency_ms{route=/checkout}/unusual',
    status: 'FIRING',
    severity: 'WARNING',
    target: 'shop',
    category: 'PERFORMANCE',
    title: 'shop latency_ms{route=/checkout} is 1240 ms, expected 30-110 ms',
    description: '',
    evidence: [
      {
        detector: 'level',
        series: 'shop/latency_ms{route=/checkout}',
        reason: 'latency_ms is unusually high',
        unit: 'ms',
        observed: 1_240,
        expected: 70,
        lower: 30,
        upper: 110,
        score: 42,
        samples: 82,
        recent: [{ at: 1_780_300_841_990, value: 1_240 }],
        rule: null,
      },
    ],
    score: 42,
    startsAt: 1_780_300_841_000,
    endsAt: null,
    isFlapping: false,
    transitions: 1,
    labels: { route: '/checkout' },
    ...change,
  };
}
