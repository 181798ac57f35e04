import { z } from '@muster/agent';

const json = <S extends z.ZodType>(schema: S, example: string) =>
  z
    .string()
    .default('{}')
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: `it is not JSON; write e.g. ${example}` });
        return z.NEVER;
      }
    })
    .pipe(schema);

const address = z.url({ protocol: /^https?$/ });

/** What can be set from outside. What recovery may reach is listed here and nowhere else. */
export const settings = z.object({
  maxAttempts: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Attempts of a task that says no number itself.'),
  retryRatio: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Retries per first attempt, by agent and capability, over a minute.'),
  retryFloor: z.coerce.number().min(0).max(10_000).default(10).describe('Retries that are always allowed in a minute.'),
  coolDownMs: z.coerce
    .number()
    .int()
    .min(100)
    .default(30_000)
    .describe('How long a breaker stays open the first time.'),
  processKeepers: json(z.record(z.string(), address), '{"shop":"http://127.0.0.1:4000"}').describe(
    'By target, the process keeper that runs it.',
  ),
  probes: json(
    z.record(z.string(), z.object({ url: address, latencyBudgetMs: z.number().positive().default(1_000) })),
    '{"shop":{"url":"http://127.0.0.1:4001/health","latencyBudgetMs":500}}',
  ).describe('By target, the address that tells whether it is well, and how quickly it has to answer.'),
  probeEveryMs: z.coerce.number().int().min(10).max(60_000).default(500).describe('How often verification probes.'),
  httpHosts: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((host) => (host.trim() === '' ? [] : [host.trim().toLowerCase()])))
    .describe('Hosts that may be called, host or host:port, separated by commas.'),
  httpTimeoutMs: z.coerce.number().int().min(10).max(600_000).default(10_000).describe('How long one call may take.'),
  kubernetesApiUrl: address.optional().describe("The cluster's API server."),
  kubernetesTokenFile: z
    .string()
    .default('/var/run/secrets/kubernetes.io/serviceaccount/token')
    .describe('The file with the token of the service account; read at each use, since it changes.'),
  kubernetesNamespace: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/)
    .default('default')
    .describe('Where deployments are, unless a target says otherwise.'),
  kubernetesTargets: json(
    z.record(
      z.string(),
      z.object({
        deployment: z.string().regex(/^[a-z0-9.-]{1,253}$/),
        namespace: z
          .string()
          .regex(/^[a-z0-9-]{1,63}$/)
          .optional(),
      }),
    ),
    '{"shop":{"deployment":"shop"}}',
  ).describe('By target, the deployment that runs it.'),
  mostInstances: z.coerce.number().int().min(1).max(10_000).default(20).describe('No target is scaled beyond it.'),
});

export type Settings = z.infer<typeof settings>;
