import { z } from '@muster/agent';
import { fail, type CheckInput, type Finding } from './finding.ts';
import { ask } from './http-answer.ts';

const mostBytes = 64 * 1_024;

/** What an own check says of itself; the words of other health formats are understood as well. */
const reportForm = z.object({
  status: z.string().max(40),
  reason: z.string().optional().catch(undefined),
  value: z.number().optional().catch(undefined),
  unit: z.string().max(40).optional().catch(undefined),
});

const outcomes: Readonly<Record<string, Finding['outcome']>> = {
  healthy: 'PASS',
  up: 'PASS',
  ok: 'PASS',
  pass: 'PASS',
  degraded: 'WARN',
  warn: 'WARN',
  unhealthy: 'FAIL',
  down: 'FAIL',
  out_of_service: 'FAIL',
  fail: 'FAIL',
};

/** Asks a check of one's own: an address that answers `{"status": "HEALTHY", "reason": "...", "value": 3, "unit": "orders"}`. */
export async function checkReport({ check, address, signal }: CheckInput): Promise<Finding> {
  const url = address.slice('report+'.length);
  const { status, place, body, isCut } = await ask({ url, signal, caFile: check.caFile, mostBytes });
  if (isCut) return fail(`${place} answers with more than 64 kB: a report is a small JSON object`);
  const formed = reportForm.safeParse(parsed(body));
  const outcome = formed.success ? outcomes[formed.data.status.toLowerCase()] : undefined;
  if (!formed.success || outcome === undefined)
    return fail(
      `${place} answers ${status}, and not with a report such as {"status": "HEALTHY"}, DEGRADED or UNHEALTHY`,
    );
  const { reason = '', value, unit = '' } = formed.data;
  const told = `${place} says ${formed.data.status}${reason === '' ? '' : `: ${reason.slice(0, 300)}`}`;
  return { outcome, reason: outcome === 'PASS' ? '' : told, ...(value !== undefined && { value, unit }) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
