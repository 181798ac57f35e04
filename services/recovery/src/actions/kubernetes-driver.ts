/**
 * Deployments of apps/v1, changed as kubectl does it: `rollout restart` is an annotation of the pod template, `scale` the scale subresource, `rollout
 * undo` the pod template of an earlier ReplicaSet. What was done for which idempotency key stands in the deployment's annotations, so a call that is
 * made again, by whomever, changes nothing and tells the same.
 */
import { z } from '@muster/agent';
import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';
import type { Driver, DriverIo, Standing } from './driver.ts';
import { callKubernetes } from './kubernetes-api.ts';

const annotations = z.record(z.string(), z.string()).optional();
const deployment = z.object({
  metadata: z.object({ uid: z.string(), resourceVersion: z.string(), annotations }),
  spec: z.object({
    replicas: z.number().int().default(1),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }),
    template: z.looseObject({}),
  }),
  status: z.object({ readyReplicas: z.number().int().optional() }).optional(),
});
type Deployment = z.infer<typeof deployment>;
const replicaSets = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ annotations, ownerReferences: z.array(z.object({ uid: z.string() })).default([]) }),
      spec: z.object({
        template: z.looseObject({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }) }),
      }),
    }),
  ),
});

const revisionMark = 'deployment.kubernetes.io/revision';
const doneMark = (what: string): string => `muster/last-${what}`;
const restartedMark = 'muster/restartedAt';

/** What was done last of its kind, as it stands in an annotation. */
const lastChange = z.object({
  key: z.string(),
  before: z.object({ desired: z.number(), instances: z.number().optional(), revision: z.number().optional() }),
});

export function kubernetesDriver(
  target: string,
  deployed: Settings['kubernetesTargets'][string],
  { kubernetesNamespace }: Settings,
): Driver {
  const namespace = `/apis/apps/v1/namespaces/${deployed.namespace ?? kubernetesNamespace}`;
  const path = `${namespace}/deployments/${deployed.deployment}`;

  const look = async (io: DriverIo): Promise<Deployment> =>
    read(deployment, await callKubernetes({ path }, io), target);

  /** The same change for the same key, found done. */
  const repeated = (found: Deployment, what: string, { idempotencyKey }: DriverIo): Standing | undefined => {
    const text = found.metadata.annotations?.[doneMark(what)];
    const last = text === undefined ? undefined : lastChange.safeParse(parsed(text)).data;
    return last?.key === idempotencyKey ? last.before : undefined;
  };
  const marked = (
    found: Deployment,
    what: string,
    { idempotencyKey: key }: DriverIo,
  ): Readonly<Record<string, string>> => ({
    [doneMark(what)]: JSON.stringify({ key, before: standingOf(found) }),
  });

  return {
    name: 'kubernetes',

    async restart(io) {
      const found = await look(io);
      const before = repeated(found, 'restart', io);
      if (before !== undefined) return { before, after: standingOf(found), isRepeat: true };
      // Both annotations in one patch, on what was looked at: either both are there or none.
      const body = {
        metadata: { resourceVersion: found.metadata.resourceVersion, annotations: marked(found, 'restart', io) },
        spec: { template: { metadata: { annotations: { [restartedMark]: new Date(io.now()).toISOString() } } } },
      };
      const after = await callKubernetes({ method: 'PATCH', path, patch: { type: 'merge', body } }, io);
      return { before: standingOf(found), after: standingOf(read(deployment, after, target)), isRepeat: false };
    },

    async scale(instances, io) {
      const found = await look(io);
      const known = repeated(found, 'scale', io);
      if (known === undefined) {
        const { resourceVersion } = found.metadata;
        const body = { metadata: { resourceVersion, annotations: marked(found, 'scale', io) } };
        await callKubernetes({ method: 'PATCH', path, patch: { type: 'merge', body } }, io);
      }
      const before = known ?? standingOf(found);
      // Said again it is the same count: nothing to be lost by a second time, if the first ended between the two patches.
      if (known === undefined || found.spec.replicas !== instances) {
        const body = { spec: { replicas: instances } };
        await callKubernetes({ method: 'PATCH', path: `${path}/scale`, patch: { type: 'merge', body } }, io);
      }
      const after = { ...standingOf(found), desired: instances };
      return { before, after, isRepeat: known !== undefined };
    },

    async rollback(revision, io) {
      const found = await look(io);
      const before = repeated(found, 'rollback', io);
      if (before !== undefined) return { before, after: standingOf(found), isRepeat: true };
      const template = await templateOf(found, revision, io);
      const body = [
        // Of what was looked at: if it has changed since, the answer is 409, and it is tried again.
        { op: 'replace', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion },
        { op: 'replace', path: '/spec/template', value: template },
        {
          op: 'add',
          path: '/metadata/annotations',
          value: { ...found.metadata.annotations, ...marked(found, 'rollback', io) },
        },
      ];
      const after = await callKubernetes({ method: 'PATCH', path, patch: { type: 'json', body } }, io);
      return { before: standingOf(found), after: standingOf(read(deployment, after, target)), isRepeat: false };
    },
  };

  async function templateOf(found: Deployment, revision: number | undefined, io: DriverIo): Promise<unknown> {
    const selector = Object.entries(found.spec.selector.matchLabels).map(([label, value]) => `${label}=${value}`);
    const list = `${namespace}/replicasets?labelSelector=${encodeURIComponent(selector.join(','))}`;
    const { items } = read(replicaSets, await callKubernetes({ path: list }, io), target);
    const current = standingOf(found).revision ?? Number.POSITIVE_INFINITY;
    const own = items
      .filter(({ metadata }) => metadata.ownerReferences.some(({ uid }) => uid === found.metadata.uid))
      .map((each) => ({
        template: each.spec.template,
        revision: Number(each.metadata.annotations?.[revisionMark] ?? 0),
      }))
      .filter((each) => (revision === undefined ? each.revision < current : each.revision === revision))
      .toSorted((a, b) => b.revision - a.revision);
    const [chosen] = own;
    if (chosen === undefined)
      throw Object.assign(
        new PermanentError(
          `${target} has no ${revision === undefined ? 'earlier revision' : `revision ${revision}`} to go back to`,
        ),
        { code: 'NoRollback' },
      );
    const { 'pod-template-hash': _, ...labels } = chosen.template.metadata.labels;
    return { ...chosen.template, metadata: { ...chosen.template.metadata, labels } };
  }
}

function standingOf({ spec, status, metadata }: Deployment): Standing {
  const revision = Number(metadata.annotations?.[revisionMark] ?? Number.NaN);
  const { readyReplicas } = status ?? {};
  return {
    desired: spec.replicas,
    ...(readyReplicas === undefined ? {} : { instances: readyReplicas }),
    ...(Number.isNaN(revision) ? {} : { revision }),
  };
}

function read<S extends z.ZodType>(schema: S, value: unknown, target: string): z.output<S> {
  const result = schema.safeParse(value);
  if (!result.success)
    throw new PermanentError(
      `Kubernetes: what it says about ${target} was not understood: ${z.prettifyError(result.error)}`,
    );
  return result.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
