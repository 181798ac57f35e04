import { tryShare } from '@muster/testkit';
import { guardsCast } from './guards-cast.ts';

await tryShare(guardsCast, 10);
