import { connect } from '@muster/client';
import type { Ask } from './requests.ts';

export async function musterRequests(): Promise<Ask> {
  const mesh = await connect({ source: 'bench-client' });
  return async (input) => mesh.request('bench.echo', input, { timeoutMs: 10_000 });
}
