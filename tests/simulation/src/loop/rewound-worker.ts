import { tryShare } from '@muster/testkit';
import { rewoundCast } from './rewound-plan.ts';

await tryShare(rewoundCast, 10);
