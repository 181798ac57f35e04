import { expect, it } from 'vitest';
import { labelChecks } from './label-checks.ts';

it('reads checks out of labels, and says which are not right', () => {
  const labels = {
    check: 'https://shop.example/health',
    'check.port': 'tcp://shop.example',
    'check.cert': 'tls://shop.example:443',
    checkEvery: '30s',
    team: 'shop',
  };
  expect(labelChecks({ target: 'shop', dependsOn: ['shop-db'], labels })).toMatchObject({
    checked: {
      target: 'shop',
      dependsOn: ['shop-db'],
      checks: [
        { name: 'http', every: 30_000 },
        { name: 'cert', every: 30_000 },
      ],
    },
    problems: ['shop: label check.port: "tcp://shop.example" names no port: write tcp://host:port'],
  });
});

it('finds nothing where nothing is declared', () => {
  expect(labelChecks({ target: 'shop', dependsOn: [], labels: { team: 'shop' } })).toBeUndefined();
});
