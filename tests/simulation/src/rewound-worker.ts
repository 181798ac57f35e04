import { tryShare } from '@muster/testkit';
import { rewoundCast } from './rewound-plan.ts';
import { warmUp } from './warm-up.ts';

await warmUp();
await tryShare(rewoundCast, 10);
