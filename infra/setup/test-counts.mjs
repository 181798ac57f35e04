/**
 * Counts the outcome of a test run from vitest's JSON report. A file that failed without a failed test (it could not be
 * loaded, or a hook threw) counts as one failure, and so does whatever else made the run fail.
 */
export function countTests(report, exitCode, isStackMissing) {
  const passed = report?.numPassedTests ?? 0;
  const brokenFiles = (report?.testResults ?? []).filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = (report?.numFailedTests ?? 0) + brokenFiles.length + (isStackMissing ? 1 : 0);
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed };
}
