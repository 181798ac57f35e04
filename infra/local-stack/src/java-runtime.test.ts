import { expect, test } from 'vitest';
import { majorVersion, releaseVersion } from './java-runtime.ts';

test.each([
  ['25.0.2', 25],
  ['17.0.15', 17],
  ['21', 21],
  ['22-ea', 22],
  ['1.8.0_412', 8],
])('Java %s has the major version %i', (version, major) => {
  expect(majorVersion(version)).toBe(major);
});

test("the version is found in a Java's release file", () => {
  expect(releaseVersion('IMPLEMENTOR="Debian"\nJAVA_VERSION="17.0.15"\nJAVA_VERSION_DATE="2025-04-15"\n')).toBe(
    '17.0.15',
  );
  expect(releaseVersion('IMPLEMENTOR="Debian"\n')).toBeUndefined();
});
