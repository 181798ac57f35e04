import { readFile } from 'node:fs/promises';
import { PermanentError, TransientError } from '@muster/resilience';
import { boundedFetch, expectSuccess, jsonOf } from './bounded-fetch.ts';
import type { DriverIo } from './driver.ts';

export interface KubernetesRequest {
  readonly method?: 'GET' | 'PATCH';
  /** Below the API server, e.g. `/apis/apps/v1/namespaces/prod/deployments/shop`. */
  readonly path: string;
  readonly patch?: { readonly type: 'merge' | 'json'; readonly body: unknown };
}

const mostBytes = 8 * 1024 * 1024;

/** Calls the API server with the token of the service account, and gives its JSON. A refusal is a fault with its reason. */
export async function callKubernetes(
  { method = 'GET', path, patch }: KubernetesRequest,
  io: DriverIo,
): Promise<unknown> {
  const { kubernetesApiUrl, kubernetesTokenFile } = io.config;
  if (kubernetesApiUrl === undefined)
    throw new PermanentError('the API server of the cluster is not known; set MUSTER_KUBERNETES_API_URL');
  const name = `Kubernetes: ${method} ${path.split('?', 1)[0]}`;
  const request = {
    method,
    url: kubernetesApiUrl.replace(/\/+$/, '') + path,
    mostBytes,
    headers: {
      authorization: `Bearer ${await tokenIn(kubernetesTokenFile)}`,
      accept: 'application/json',
      ...(patch === undefined
        ? {}
        : { 'content-type': `application/${patch.type === 'merge' ? 'merge-patch' : 'json-patch'}+json` }),
    },
    ...(patch === undefined ? {} : { body: JSON.stringify(patch.body) }),
  };
  return jsonOf(expectSuccess(await boundedFetch(request, io), name), name);
}

async function tokenIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new TransientError(
      `the token for Kubernetes can not be read from ${file}; set MUSTER_KUBERNETES_TOKEN_FILE`,
      { cause: error },
    );
  }
}
