/** The faults, each as it would happen. README.md says what each is for. */
import { agentFaults } from './agent-faults.ts';
import type { Fault } from './scene.ts';
import { inputFaults } from './input-faults.ts';
import { serverFaults } from './server-faults.ts';

export const faults: readonly Fault[] = [...agentFaults, ...serverFaults, ...inputFaults];

/** Several in one run, one after the other. */
export function together(parts: readonly Fault[], pauseMs: number): Fault {
  return {
    name: parts.map(({ name }) => name).join('+'),
    title: parts.map(({ title }) => title).join('; '),
    recoverWithinMs: Math.max(...parts.map(({ recoverWithinMs }) => recoverWithinMs)),
    poison: Math.max(...parts.map(({ poison = 0 }) => poison)),
    ...(parts.some(({ isStoreLossy }) => isStoreLossy) && { isStoreLossy: true }),
    async happen(scene) {
      let last = { at: Date.now(), what: 'the beginning' };
      for (const [index, part] of parts.entries()) {
        if (index > 0) await scene.sleep(pauseMs);
        last = await part.happen(scene);
      }
      return last;
    },
  };
}
