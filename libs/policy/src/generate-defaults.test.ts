import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultPoliciesModule } from './generate-defaults.ts';

describe('the default policies', () => {
  it('are those in policies/*.yaml; else run `npm run defaults -w @muster/policy`', () => {
    const written = readFileSync(new URL('generated/default-policies.ts', import.meta.url), 'utf8');
    expect(written).toBe(defaultPoliciesModule());
  });
});
