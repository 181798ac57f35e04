/** Small twins of what recovery's actions call, on loopback. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Fake {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[];
  stop(): Promise<void>;
}

type Answering = (
  request: {
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  },
  response: ServerResponse,
) => void;

export async function serve(answering: Answering): Promise<Fake> {
  const requests: Fake['requests'] = [];
  const server: Server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => (body += chunk));
    incoming.on('end', () => {
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
      requests.push(request);
      answering(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A process keeper for one target: the same idempotency key, the same answer. */
export async function fakeKeeper(target: string): Promise<Fake & { readonly restarts: number }> {
  const known = new Map<string, unknown>();
  let [desired, restarts, pid] = [1, 0, 100];
  let instances = [{ pid, startedAt: 1 }];
  const standing = () => ({ target, desired, instances, restarts });
  const renew = (): void => {
    instances = Array.from({ length: desired }, () => ({ pid: (pid += 1), startedAt: 2 }));
  };
  const fake = await serve(({ method, path, headers, body }, response) => {
    if (path === `/processes/${target}` && method === 'GET') return sendJson(response, 200, standing());
    const key = headers['idempotency-key'];
    const what = new RegExp(`^/processes/${target}/(restart|scale)$`).exec(path)?.[1];
    if (method !== 'POST' || what === undefined) return sendJson(response, 404, { message: `no ${path}` });
    if (typeof key !== 'string') return sendJson(response, 400, { message: 'Idempotency-Key is missing' });
    if (!known.has(key)) {
      const before = standing();
      if (what === 'scale') desired = (JSON.parse(body) as { instances: number }).instances;
      else restarts += 1;
      renew();
      known.set(key, { target, before, after: standing() });
    }
    return sendJson(response, 200, known.get(key));
  });
  return {
    ...fake,
    get restarts() {
      return restarts;
    },
  };
}

type Json = Record<string, unknown>;

/** The parts of an API server that deployments need: get, merge patch, JSON patch, the scale subresource, replica sets. */
export async function fakeKubernetes({ token }: { readonly token: string }) {
  const template = (image: string, labels: Json = {}) => ({
    metadata: { labels: { app: 'shop', ...labels } },
    spec: { containers: [{ name: 'shop', image }] },
  });
  const deployment = {
    metadata: {
      name: 'shop',
      uid: 'd-1',
      resourceVersion: '7',
      annotations: { 'deployment.kubernetes.io/revision': '3' } as Record<string, string>,
    },
    spec: { replicas: 2, selector: { matchLabels: { app: 'shop' } }, template: template('shop:3') as Json },
    status: { readyReplicas: 2 },
  };
  const replicaSet = (revision: number, uid = 'd-1') => ({
    metadata: { annotations: { 'deployment.kubernetes.io/revision': String(revision) }, ownerReferences: [{ uid }] },
    spec: { template: template(`shop:${revision}`, { 'pod-template-hash': `h${revision}` }) },
  });
  let beforePatch: () => void = () => undefined;
  const path = '/apis/apps/v1/namespaces/prod/deployments/shop';
  const changed = (): void => {
    deployment.metadata.resourceVersion = String(Number(deployment.metadata.resourceVersion) + 1);
  };
  const merge = (into: Json, patch: Json): void => {
    for (const [name, value] of Object.entries(patch)) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value))
        merge((into[name] ??= {}) as Json, value as Json);
      else into[name] = value;
    }
  };
  const fake = await serve(({ method, path: asked, headers, body }, response) => {
    if (headers.authorization !== `Bearer ${token}`) return sendJson(response, 401, { message: 'Unauthorized' });
    if (method === 'GET' && asked === path) return sendJson(response, 200, deployment);
    if (method === 'GET' && asked.startsWith('/apis/apps/v1/namespaces/prod/replicasets?labelSelector=app%3Dshop'))
      return sendJson(response, 200, { items: [replicaSet(1), replicaSet(3), replicaSet(2), replicaSet(9, 'other')] });
    if (method !== 'PATCH') return sendJson(response, 404, { message: `no ${asked}` });
    beforePatch();
    const patch = JSON.parse(body) as Json | { path: string; value: unknown }[];
    const version = Array.isArray(patch)
      ? patch.find((each) => each.path === '/metadata/resourceVersion')?.value
      : (patch['metadata'] as Json | undefined)?.['resourceVersion'];
    if (version !== undefined && version !== deployment.metadata.resourceVersion)
      return sendJson(response, 409, { message: 'the object has been modified' });
    if (asked === `${path}/scale`) merge(deployment, patch as Json);
    else if (asked !== path) return sendJson(response, 404, { message: `no ${asked}` });
    else if (Array.isArray(patch)) {
      for (const each of patch) {
        if (each.path === '/spec/template') deployment.spec.template = each.value as Json;
        if (each.path === '/metadata/annotations')
          deployment.metadata.annotations = each.value as Record<string, string>;
      }
    } else merge(deployment, patch);
    changed();
    return sendJson(
      response,
      200,
      asked.endsWith('/scale') ? { spec: { replicas: deployment.spec.replicas } } : deployment,
    );
  });
  return {
    ...fake,
    deployment,
    /** Somebody else changes the deployment between looking and patching. */
    interfere(): void {
      beforePatch = () => {
        beforePatch = () => undefined;
        changed();
      };
    },
  };
}
