import { tryShare } from '@muster/testkit';
import { loopCast } from './loop-cast.ts';
import { warmUp } from './warm-up.ts';

await warmUp();
await tryShare(loopCast, 10);
