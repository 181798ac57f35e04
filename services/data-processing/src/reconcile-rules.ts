/** How two tables, `left_rows` and `right_rows`, are told apart, as SQL. Nothing here runs. */
import type { JobColumns, Reconciliation } from '@muster/jobs';
import { id, text } from './duck.ts';

interface Classified {
  /**
   * They make `left_verdicts` and `right_verdicts` (a verdict for each row), `pairs` (rows whose key is once on both sides; `d0`, `d1`, ...: whether
   * they differ in a column) and what is shown: `differing`, `left-only`, `right-only`, `ambiguous`.
   */
  readonly statements: readonly string[];
  readonly compared: readonly string[];
  /** Columns that are numbers on both sides. */
  readonly numbers: readonly string[];
}

/** A column of the job in `left_rows` and `right_rows`, by a name that none of ours can be. */
export function held(column: string): string {
  return id(`c:${column}`);
}

/** A key that is more than once on either side, or lacks a value, names no pair: its rows are ambiguous, on both sides. */
export function classified({ keys, compare }: Reconciliation, left: JobColumns, right: JobColumns): Classified {
  const isNumber = (column: string): boolean =>
    [left, right].every((columns) => ['integer', 'decimal', 'number'].includes(columns[column]?.type ?? ''));
  const compared =
    compare === undefined
      ? Object.keys(left).filter((name) => name in right && !keys.includes(name))
      : Object.keys(compare);
  const keyList = keys.map(held).join(', ');
  const hasKey = keys.map((key) => `${held(key)} IS NOT NULL`).join(' AND ');
  const sameAs = (one: string, other: string): string =>
    keys.map((key) => `${one}.${held(key)} = ${other}.${held(key)}`).join(' AND ');
  const differs = compared.map((column) => {
    const [one, other] = [`l.${held(column)}`, `r.${held(column)}`];
    const { within, withinShare } = compare?.[column] ?? {};
    if (within === undefined && withinShare === undefined) return `${one} IS DISTINCT FROM ${other}`;
    const isTime = left[column]?.type === 'timestamp';
    const apart = isTime
      ? `abs(epoch(${one}) - epoch(${other}))`
      : isNumber(column) && [left, right].every((columns) => columns[column]?.type !== 'number')
        ? `abs(CAST(${one} AS DECIMAL(38, 9)) - CAST(${other} AS DECIMAL(38, 9)))`
        : `abs(${one} - ${other})`;
    const most = `greatest(${within ?? 0}, ${withinShare ?? 0} * greatest(abs(${isTime ? '0' : one}), abs(${isTime ? '0' : other})))`;
    return `CASE WHEN ${one} IS NULL OR ${other} IS NULL THEN ${one} IS DISTINCT FROM ${other} ELSE ${apart} > ${most} END`;
  });
  const flags = differs.map((expression, index) => `${expression} AS d${index}`);
  const any = compared.length === 0 ? 'false' : compared.map((_, index) => `d${index}`).join(' OR ');
  const counts = (side: string): string =>
    `CREATE TEMP TABLE ${side}_keys AS SELECT ${keyList}, count(*) AS n, min(rowid) AS at FROM ${side}_rows WHERE ${hasKey} GROUP BY ${keyList}`;
  const verdicts = (side: string, other: string): string =>
    `CREATE TEMP TABLE ${side}_verdicts AS SELECT l.rowid AS at, CASE ` +
    `WHEN own.n IS NULL OR own.n > 1 OR r.n > 1 THEN 'ambiguous' WHEN r.n IS NULL THEN 'only' ` +
    `WHEN p.differs THEN 'differing' ELSE 'matched' END AS verdict FROM ${side}_rows l ` +
    `LEFT JOIN ${side}_keys own ON ${sameAs('l', 'own')} LEFT JOIN ${other}_keys r ON ${sameAs('l', 'r')} ` +
    `LEFT JOIN pairs p ON p.${side}_at = l.rowid`;
  const shownBoth = compared.map(
    (column) => `${text(column)}: {'left': l.${held(column)}, 'right': r.${held(column)}}`,
  );
  const only = (side: string): string =>
    `CREATE TEMP VIEW "${side}-only" AS SELECT ${Object.keys(side === 'left' ? left : right)
      .map((name) => `t.${held(name)} AS ${id(name)}`)
      .join(', ')} FROM ${side}_rows t JOIN ${side}_verdicts v ON v.at = t.rowid WHERE v.verdict = 'only'`;
  const ambiguous = (side: string): string =>
    `SELECT '${side}' AS side, ${keys.map((key) => `CAST(t.${held(key)} AS VARCHAR) AS ${id(key)}`).join(', ')} FROM ${side}_rows t JOIN ${side}_verdicts v ON v.at = t.rowid WHERE v.verdict = 'ambiguous'`;
  return {
    compared,
    numbers: compared.filter(isNumber),
    statements: [
      counts('left'),
      counts('right'),
      `CREATE TEMP TABLE pairs AS SELECT *, ${any} AS differs FROM (SELECT l.rowid AS left_at, r.rowid AS right_at${flags.map((flag) => `, ${flag}`).join('')} ` +
        `FROM left_keys lk JOIN right_keys rk ON ${sameAs('lk', 'rk')} AND lk.n = 1 AND rk.n = 1 ` +
        `JOIN left_rows l ON l.rowid = lk.at JOIN right_rows r ON r.rowid = rk.at)`,
      verdicts('left', 'right'),
      verdicts('right', 'left'),
      `CREATE TEMP VIEW differing AS SELECT ${keys.map((key) => `l.${held(key)} AS ${id(key)}`).join(', ')}${shownBoth.length === 0 ? '' : `, {${shownBoth.join(', ')}} AS columns`} ` +
        `FROM pairs p JOIN left_rows l ON l.rowid = p.left_at JOIN right_rows r ON r.rowid = p.right_at WHERE p.differs`,
      only('left'),
      only('right'),
      `CREATE TEMP VIEW ambiguous AS ${ambiguous('left')} UNION ALL ${ambiguous('right')}`,
    ],
  };
}
