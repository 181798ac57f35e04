import type { RequestError } from '@muster/client';

/** Why a job came to nothing: what the agent itself said last, where recovery gave the task up; and where to read on. */
export function failureWords({ end, message, result }: RequestError): string {
  const said = end === 'abandoned' ? lastSaid(result?.output ?? '') : undefined;
  if (said === undefined) return message;
  const { agent, type, message: sentence } = said;
  return `${agent} says: ${sentence} (${type}: docs/runbooks/data-processing.md).`;
}

interface Said {
  readonly agent: string;
  readonly type: string;
  readonly message: string;
}

/** The last attempt of those that recovery tells. */
function lastSaid(output: string): Said | undefined {
  try {
    const { history } = JSON.parse(output) as { readonly history?: readonly Partial<Said>[] };
    const { agent, type, message } = history?.at(-1) ?? {};
    return agent && type && message ? { agent, type, message } : undefined;
  } catch {
    return undefined;
  }
}
