import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { vendors } from './vendors.ts';

const packages = { 'libs/bus': {}, 'libs/state': {} };

it('finds a vendor that two packages import', () => {
  const repository = planted(
    {
      'libs/bus/src/index.ts': "export { a } from './deep.ts';",
      'libs/bus/src/deep.ts': "import { Type } from 'avsc';",
      'libs/state/src/index.ts': "import type { Type } from 'avsc/types';",
    },
    packages,
  );
  expect(vendors(repository)).toEqual([
    "libs/bus/src/deep.ts and libs/state/src/index.ts import avsc: keep it behind one package's face",
  ]);
});

it('looks at every program of a package', () => {
  const texts = {
    'libs/bus/src/index.ts': "import 'avsc';",
    'libs/state/src/index.ts': '',
    'libs/state/src/load/main.ts': "import 'avsc';",
  };
  expect(vendors(planted(texts, packages))).toHaveLength(1);
});

it('leaves alone what tests and tools import', () => {
  const repository = planted(
    {
      'libs/bus/src/index.ts': "import { Type } from 'avsc';",
      'libs/state/src/index.ts': 'export const a = 1;',
      'libs/state/src/a.test.ts': "import { Type } from 'avsc';",
      'libs/state/src/generate.ts': "import { Type } from 'avsc';",
    },
    packages,
  );
  expect(vendors(repository)).toEqual([]);
});
