import { z } from 'zod';
import { addressProblem, kindOf, type CheckKind } from './address.ts';
import { duration } from './duration.ts';

const minuteMs = 60_000;
const percent = z.number().min(1, 'write a percentage, 1 to 100').max(100, 'write a percentage, 1 to 100');
const times = z.int('write a whole number').min(1, 'write 1 or more').max(100, 'write 100 or less');

/** Which kinds an option is for; options that are not named here are for all. */
const optionOf: Readonly<Record<string, readonly CheckKind[]>> = {
  status: ['http'],
  text: ['http'],
  serverName: ['tls'],
  caFile: ['http', 'tls', 'report'],
  warnDays: ['tls'],
  brokers: ['kafka'],
  topics: ['kafka'],
  group: ['kafka'],
  mostLag: ['kafka'],
  failLag: ['kafka'],
  cpuPercent: ['system'],
  memoryPercent: ['system'],
  diskPercent: ['system'],
  loadPerCpu: ['system'],
  path: ['system'],
};

export const checkForm = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'write letters, digits, dots, hyphens and underscores, 64 at the most')
      .optional()
      .describe('One of the target. Default: the kind of the check.'),
    address: z
      .string({ error: 'write what is to be checked, e.g. https://shop.example/health' })
      .max(2_000)
      .describe(
        'Its scheme says how it is checked: http, https, tcp, tls, postgres, redis, rediss, kafka, report+http, report+https, system.',
      ),
    every: duration(1_000, 24 * 60 * minuteMs)
      .prefault('60s')
      .describe('How often.'),
    timeout: duration(50, minuteMs).prefault('5s').describe('How long an answer is waited for.'),
    slow: duration(1, minuteMs).optional().describe('An answer that takes longer makes the target DEGRADED.'),
    retry: duration(1_000, 10 * minuteMs)
      .prefault('5s')
      .describe('How soon it is checked again while its results speak against its status.'),
    failAfter: times.default(3).describe('So many bad results in a row make it bad.'),
    recoverAfter: times.default(2).describe('So many good results in a row make it good again.'),
    status: z
      .array(z.int().min(100).max(599))
      .min(1)
      .optional()
      .describe('http: status codes that are right. Default: 200 to 299.'),
    text: z.string().min(1).max(500).optional().describe('http: stands within the first 64 kB of the answer.'),
    serverName: z.string().optional().describe('tls: the name the certificate must be for. Default: the host.'),
    caFile: z
      .string()
      .optional()
      .describe('http, tls, report: a PEM file with the authorities to trust instead of the usual ones.'),
    warnDays: z
      .number()
      .min(0)
      .max(1_000)
      .optional()
      .describe('tls: DEGRADED when the certificate ends within so many days. Default: 21.'),
    brokers: z.int().min(1).max(1_000).optional().describe('kafka: DEGRADED when fewer brokers are up. Default: 1.'),
    topics: z
      .array(z.string())
      .max(1_000)
      .optional()
      .describe('kafka: topics that must be there, led and in sync. Default: those that are there.'),
    group: z.string().optional().describe('kafka: the consumer group whose lag on the topics is looked at.'),
    mostLag: z
      .int()
      .min(0)
      .optional()
      .describe('kafka: DEGRADED when the group is further behind (messages). Default: 10000.'),
    failLag: z.int().min(0).optional().describe('kafka: UNHEALTHY when the group is further behind. Default: never.'),
    cpuPercent: percent.optional().describe('system: DEGRADED above. Default: 95.'),
    memoryPercent: percent.optional().describe('system: DEGRADED above. Default: 95.'),
    diskPercent: percent.optional().describe('system: DEGRADED above. Default: 90.'),
    loadPerCpu: z
      .number()
      .min(0.1)
      .max(1_000)
      .optional()
      .describe('system: DEGRADED when the load of the last minute for each processor is above. Default: 4.'),
    path: z.string().optional().describe('system: the disk that holds this folder. Default: /.'),
  })
  .superRefine((check, context) => {
    const say = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message });
    const problem = addressProblem(check.address);
    if (problem !== undefined) say('address', problem);
    const kind = kindOf(check.address);
    for (const key of Object.keys(check)) {
      const meant = optionOf[key];
      if (kind !== undefined && meant !== undefined && !meant.includes(kind))
        say(key, `is for ${meant.join(', ')} checks, and ${kind} is another: take it out`);
    }
    if (check.every >= 1_000 && check.timeout > check.every)
      say('timeout', 'is longer than the time between two checks: write less, or check less often');
    if (check.group !== undefined && (check.topics ?? []).length === 0)
      say('group', 'needs topics: write those that it reads');
    for (const limit of ['mostLag', 'failLag'] as const)
      if (kind === 'kafka' && check[limit] !== undefined && check.group === undefined)
        say(limit, 'needs a group: write whose lag is looked at');
    if (check.failLag !== undefined && check.failLag < (check.mostLag ?? 0))
      say('failLag', 'is less than mostLag: a group that far behind is never DEGRADED');
  });

export const targetForm = z.strictObject({
  target: z.string({ error: 'write the name of the target' }).min(1, 'write the name of the target').max(200),
  dependsOn: z.array(z.string()).max(100).default([]).describe('Targets it cannot work without.'),
  checks: z
    .array(checkForm, { error: 'write a list of checks, e.g. - address: tcp://host:port' })
    .min(1, 'write at least one check')
    .max(20),
});

export const targetsForm = z.strictObject({
  targets: z.array(targetForm, { error: 'write a list of targets, e.g. - target: shop' }).max(10_000),
});

/** A check as it is made. */
export type Check = Omit<z.output<typeof checkForm>, 'name'> & { readonly name: string; readonly kind: CheckKind };

export interface CheckedTarget {
  readonly target: string;
  readonly dependsOn: readonly string[];
  readonly checks: readonly Check[];
}

/** A check with its kind and, where none is given, a name of its own. */
export function checkOf(written: z.output<typeof checkForm>): Check {
  const kind = kindOf(written.address) ?? 'tcp';
  return { ...written, kind, name: written.name ?? kind };
}
