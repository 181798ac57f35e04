import { tryShare } from './share.ts';
import { subjectCast } from './subject-cast.ts';

await tryShare(subjectCast);
