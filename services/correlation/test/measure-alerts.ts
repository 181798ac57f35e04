/**
 * What alerts cost the handlers, without a mesh. Run by hand: `npm run measure -w @muster/correlation`.
 */
import type { HandlerContext, Outcome } from '@muster/agent';
import type { Silence, TopicName } from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { correlation } from '../src/agent.ts';
import { settings } from '../src/settings.ts';
import { beginAt, silenceOf } from './given.ts';

const fingerprints = 2_000;
const rounds = 200;

function folded(silenceCount: number): number {
  const silences = tableOf<Silence>(({ silenceId }) => silenceId);
  for (let index = 0; index < silenceCount; index += 1)
    silences.put(
      silenceOf({ silenceId: `s-${index}`, matchers: [{ label: 'host', operator: 'EQUAL', value: `x${index}` }] }),
    );
  const config = settings.parse({});
  const states: unknown[] = [];
  const micros: number[] = [];
  const { handle } = correlation.handlers['alerts']!;
  for (let round = 0; round < rounds; round += 1) {
    const now = beginAt + round * 1_000;
    const messages = Array.from({ length: fingerprints }, (_, index) => ({
      topic: 'muster.alerts.v1',
      key: `f-${index}`,
      timestamp: now,
      value: {
        envelope: { id: `${round}-${index}`, time: now, source: 'x', correlationId: 'c', causationId: null },
        fingerprint: `f-${index}`,
        status: 'FIRING',
        severity: 'WARNING',
        target: `host-${index % 100}`,
        category: 'SECURITY',
        title: `seen ${round}`,
        description: '',
        evidence: [],
        score: round,
        startsAt: now,
        endsAt: null,
        isFlapping: false,
        transitions: 0,
        labels: { host: `host-${index % 100}`, rule: `rule-${index % 70}`, team: 'web', region: 'eu' },
      },
    }));
    const began = performance.now();
    for (let index = 0; index < fingerprints; index += 1) {
      const context = { key: `f-${index}`, state: states[index], now, config, tables: { silences }, newId: () => '' };
      const outcome = handle(
        messages[index] as never,
        context as unknown as HandlerContext<never, never, Record<string, TopicName>>,
      ) as Outcome;
      if (outcome.kind === 'handled') states[index] = outcome.state;
    }
    micros.push(((performance.now() - began) * 1_000) / fingerprints);
  }
  // The median, so that a busy machine and the first round, in which all of them fire, show less.
  return micros.toSorted((a, b) => a - b)[rounds >> 1]!;
}

for (const silences of [0, 10, 10_000]) {
  const micros = folded(silences);
  process.stdout.write(
    `${`an alert said again, ${silences} silences`.padEnd(40)} ${micros.toFixed(2)} us, ${Math.round(1e6 / micros)}/s\n`,
  );
}
