import { z } from '@muster/agent';

const hourMs = 3_600_000;
const share = z.coerce.number().min(0).max(1);
const count = z.coerce.number().int().min(0).max(10_000);
const duration = z.coerce.number().int().min(1_000);

/** What can be set from outside. Which changes are allowed at all is said by policies. */
export const settings = z.object({
  maxRisk: share.default(0.5).describe('A riskier change goes to people, whatever policies allow.'),
  minConfidence: share.default(0.7).describe('A change that less likely ends verified goes to people.'),
  maxPerHour: count.default(30).describe('Automatic approvals within an hour, of all changes.'),
  maxPerTargetPerHour: count.default(4).describe('Automatic approvals within an hour for one target.'),
  maxPerClassPerHour: count.default(20).describe('Automatic approvals within an hour of one class of changes.'),
  maxFalseShare: share
    .default(0.2)
    .describe(
      'The budget of false approvals: when a larger share of the automatic approvals of a class had to be taken back, the class goes to people.',
    ),
  falseWithinMs: duration.default(7 * 24 * hourMs).describe('How far back that share looks.'),
  reviewWithinMs: duration.default(hourMs).describe('How long people have, where the request does not say.'),
  approvalValidMs: duration.default(10 * 60_000).describe('How long after its approval a change may be begun.'),
  holdTargetMs: duration
    .default(50 * hourMs)
    .describe('How long a run may keep its target to itself after it began its change; usually it ends long before.'),
  reviewRoles: z
    .string()
    .default('')
    .describe(
      'Roles of which a reviewer must have one, separated by commas, where neither rule nor request says; empty is any.',
    ),
});

export type Settings = z.infer<typeof settings>;

/** `sre, dba` -> two roles. */
export function rolesIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((role) => role.trim())
    .filter((role) => role !== '');
}
