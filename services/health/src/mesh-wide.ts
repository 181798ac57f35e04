import type { Table } from '@muster/agent';
import type { HealthReport } from '@muster/schemas';
import { ownTarget } from './telling.ts';

/** How many targets there are by status, and how many of them suffer from another one only. */
export function countsOf(reports: Table<HealthReport>): Record<string, number> {
  const counts: Record<string, number> = { HEALTHY: 0, DEGRADED: 0, UNHEALTHY: 0, UNKNOWN: 0, AFFECTED: 0 };
  for (const { target, status, affectedBy } of reports.values()) {
    if (target === ownTarget) continue;
    counts[status] = (counts[status] ?? 0) + 1;
    if (affectedBy.length > 0) counts['AFFECTED'] = (counts['AFFECTED'] ?? 0) + 1;
  }
  return counts;
}
