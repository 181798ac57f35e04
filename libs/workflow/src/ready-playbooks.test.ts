import { expect, it } from 'vitest';
import { checkPlaybook, readyPlaybooks } from './index.ts';

it.each([...readyPlaybooks()])(
  'the ready playbook %s has no problems, and is called what its file is called',
  (name, source) => {
    const checked = checkPlaybook(source);
    expect('problems' in checked ? checked.problems : []).toEqual([]);
    expect('playbook' in checked && checked.playbook.name).toBe(name);
  },
);
