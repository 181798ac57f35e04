import { z } from '@muster/agent';
import { readAddress } from '@muster/containment';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const duration = (defaultMs: number, leastMs = 1_000): z.ZodDefault<z.ZodCoercedNumber> =>
  z.coerce.number().int().min(leastMs).default(defaultMs);

/** Who started the process from elsewhere, as sshd says it: an operator is not to lock the operator out. */
const [cameFrom = ''] = (process.env['SSH_CLIENT'] ?? process.env['SSH_CONNECTION'] ?? '').split(' ');
const isEntry = (entry: string): boolean => ['address', 'range'].includes(readAddress(entry).kind);
const areEntries = (text: string): boolean => text.split(',').every((entry) => entry.trim() === '' || isEntry(entry));
const operatorAddress = isEntry(cameFrom) ? cameFrom : '';
const asked = 'give addresses and ranges such as 203.0.113.0/24, separated by commas';

/** What can be set from outside. */
export const settings = z.object({
  windowMs: duration(10 * minuteMs, minuteMs).describe('Over this what an address did is counted.'),
  blockMs: duration(10 * minuteMs, 10_000).describe(
    'How long a first block lasts; each further one lasts four times as long.',
  ),
  longestBlockMs: duration(7 * 24 * hourMs, minuteMs).describe('No block lasts longer.'),
  blocksPerHour: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(200)
    .describe('So many blocks an hour are made without asking; beyond it each becomes a change request.'),
  allowList: z
    .string()
    .refine(areEntries, asked)
    .default('')
    .describe('Addresses and ranges that are never blocked, separated by commas.'),
  operatorAddress: z
    .string()
    .refine(areEntries, asked)
    .default(operatorAddress)
    .describe('The address of who operates the mesh; never blocked.'),
  blockPrivate: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Whether addresses of private networks may be blocked.'),
  verifyAfterMs: duration(minuteMs).describe('After this it is looked whether a block keeps the address out.'),
  forgetAfterMs: duration(24 * hourMs, minuteMs).describe(
    'An address of which nothing was heard for this long is forgotten.',
  ),
  forgetOffencesAfterMs: duration(30 * 24 * hourMs, hourMs).describe(
    'An address that was blocked and behaved for this long is no repeater any more.',
  ),
});

export type Settings = z.infer<typeof settings>;
