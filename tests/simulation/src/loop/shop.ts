/** The world that actions act on: processes that break, and are mended by the right cure, each request done once for its idempotency key. */
import type { Call } from '../network.ts';
import type { Effect } from '../story.ts';
import type { Cure } from './loop-plan.ts';

export interface Shop {
  readonly effects: readonly Effect[];
  breakDown(target: string, cure: Cure): void;
  isHealthy(target: string): boolean;
  instancesOf(target: string): number;
  restart(target: string, call: Call): Effect;
  scale(target: string, instances: number, call: Call): Effect;
}

interface Target {
  ailment: Cure | null;
  instances: number;
}

/** @param changed called when a target breaks or is well again; `by`: what mended it */
export function openShop(changed: (target: string, isHealthy: boolean, cure: Cure) => void): Shop {
  const targets = new Map<string, Target>();
  const effects: Effect[] = [];
  const done = new Map<string, Effect>();
  const targetOf = (name: string): Target => {
    const target = targets.get(name) ?? { ailment: null, instances: 2 };
    targets.set(name, target);
    return target;
  };

  const mend = (name: string, cure: Cure): void => {
    const target = targetOf(name);
    if (target.ailment !== cure) return;
    target.ailment = null;
    changed(name, true, cure);
  };
  const once = (call: Call, run: () => Omit<Effect, keyof Call | 'isRepeat'>): Effect => {
    const former = done.get(call.idempotencyKey);
    const effect =
      former === undefined ? { ...call, ...run(), isRepeat: false } : { ...former, ...call, isRepeat: true };
    done.set(call.idempotencyKey, effect);
    effects.push(effect);
    return effect;
  };

  return {
    effects,
    breakDown(name, cure) {
      const target = targetOf(name);
      if (target.ailment !== null) return;
      target.ailment = cure;
      changed(name, false, cure);
    },
    isHealthy: (name) => targetOf(name).ailment === null,
    instancesOf: (name) => targetOf(name).instances,
    restart: (name, call) =>
      once(call, () => {
        const { instances } = targetOf(name);
        mend(name, 'restart');
        return { action: 'restart', target: name, before: instances, after: instances };
      }),
    scale: (name, instances, call) =>
      once(call, () => {
        const target = targetOf(name);
        const before = target.instances;
        target.instances = instances;
        if (instances > before) mend(name, 'scale');
        return { action: 'scale', target: name, before, after: instances };
      }),
  };
}
