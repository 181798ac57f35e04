import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `integration` needs the real Kafka, schema registry and Redis that `npm test` starts. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/src/**/*.test.ts', 'tests/architecture/**/*.test.ts', 'infra/setup/*.test.mjs'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/test/**/*.integration.test.ts', 'tests/e2e/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'tests/e2e/src/**'],
          // One file at a time: they share the servers, and two at once would measure each other.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['{schemas,libs/*,services/*}/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/generated/**'],
    },
  },
});
