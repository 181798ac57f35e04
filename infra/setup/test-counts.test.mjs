import { expect, test } from 'vitest';
import { countTests } from './test-counts.mjs';

const file = (status, ...tests) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });
const report = (passed, failed, ...testResults) => ({ numPassedTests: passed, numFailedTests: failed, testResults });

test('passed and failed tests are counted as they are', () => {
  expect(countTests(report(3, 0, file('passed', 'passed')), 0, false)).toEqual({ passed: 3, failed: 0 });
  expect(countTests(report(2, 1, file('failed', 'passed', 'failed')), 1, false)).toEqual({ passed: 2, failed: 1 });
});

test('a file that could not be loaded, or whose hook threw, is a failure', () => {
  expect(countTests(report(3, 0, file('failed'), file('failed', 'skipped')), 1, false)).toEqual({
    passed: 3,
    failed: 2,
  });
});

test('a run that failed for another reason has a failure', () => {
  expect(countTests(report(3, 0), 1, false)).toEqual({ passed: 3, failed: 1 });
  expect(countTests(undefined, 1, false)).toEqual({ passed: 0, failed: 1 });
});

test('missing servers are a failure', () => {
  expect(countTests(report(3, 0), 0, true)).toEqual({ passed: 3, failed: 1 });
});
