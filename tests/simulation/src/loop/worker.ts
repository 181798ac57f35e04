import { tryShare } from '@muster/testkit';
import { loopCast } from './loop-cast.ts';

await tryShare(loopCast, 10);
