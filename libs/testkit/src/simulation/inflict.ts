import { nameOf, sessionMs, tell, type Fault } from './plan.ts';
import type { Seating } from './seating.ts';
import type { World } from './world.ts';

/** Makes a planned fault happen, now. */
export function inflict(world: World, { seatOf, leave }: Seating, fault: Fault): void {
  const { time, cluster, store, notes } = world;
  notes.push({ at: time.now(), text: tell(fault) });
  const sitting = 'place' in fault ? seatOf(fault.place) : undefined;
  const made = sitting?.machine;
  const over = (forMs: number, end: () => void): void => void time.after(forMs, end);
  switch (fault.kind) {
    case 'crash':
      if (sitting === undefined || made === undefined) return;
      made.crashAt(fault.event, () => {
        if (made.isDead) return;
        notes.push({ at: time.now(), text: `${nameOf(fault.place)} is dead` });
        made.crash();
        if (sitting.machine === made) leave(sitting, fault.forMs);
      });
      return;
    case 'restart': {
      const running = sitting?.running;
      if (sitting === undefined || made === undefined || running === undefined) return;
      leave(sitting, fault.forMs);
      void running.stop(1_000).then(() => made.crash());
      return;
    }
    case 'pause':
      if (made === undefined) return;
      made.pause(true);
      if (fault.forMs > sessionMs) over(sessionMs, () => made.isDead || made.isolate(true));
      over(fault.forMs, () => {
        if (made.isDead) return;
        made.isolate(false);
        made.pause(false);
      });
      return;
    case 'isolate':
      if (made === undefined) return;
      made.isolate(true);
      over(fault.forMs, () => made.isDead || made.isolate(false));
      return;
    case 'clock':
      made?.jump(fault.byMs);
      return;
    case 'rebalance':
      cluster.rebalance(`muster.${fault.agent}`);
      return;
    case 'log away':
      cluster.unavailable(true);
      over(fault.forMs, () => cluster.unavailable(false));
      return;
    case 'store away':
      store.unavailable(true);
      over(fault.forMs, () => store.unavailable(false));
      return;
    case 'store mute':
      store.unanswered(true);
      over(fault.forMs, () => store.unanswered(false));
      return;
    case 'store rewound':
      world.isStoreLossy = true;
      try {
        store.rewind(fault.commits);
      } catch {
        store.flushAll();
      }
      return;
    case 'store flushed':
      world.isStoreLossy = true;
      store.flushAll();
      return;
  }
}
