import type { HealthReport } from '@muster/schemas';
import type { BlockSeen, Sight, Visitor } from '../src/sights.ts';
import type { DemoEvent } from '../src/story.ts';
import { after } from './loop-builder.ts';

/** For tests: that something was seen, so many seconds after the beginning. */
export const seen = (seconds: number, sight: Sight): DemoEvent => ({ at: after(seconds), kind: 'sight', sight });

export const visits = (seconds: number, who: Visitor, served: number, refused: number): DemoEvent =>
  seen(seconds, { about: 'visits', who, served, refused });

/** A block of an address that attacked the shop; null: it is over. */
export const blocked = (seconds: number, address: string, change: Partial<BlockSeen> | null = {}): DemoEvent => {
  const base: BlockSeen = {
    status: 'ACTIVE',
    endsAt: after(seconds + 40),
    rule: 'injection',
    reason: '2 requests that attack.',
    target: 'shop',
    offence: 1,
    decidedBy: 'security',
  };
  return seen(seconds, { about: 'block', address, block: change === null ? null : { ...base, ...change } });
};

export const health = (seconds: number, target: string, status: HealthReport['status'], affectedBy: string[] = []) =>
  seen(seconds, { about: 'health', report: { target, status, reason: `it is ${status}`, affectedBy } });
