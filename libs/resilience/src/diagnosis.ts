/**
 * What kind of failure something was, from the facts it left: who said it is final, HTTP statuses, error codes of Node, Kafka, Redis and PostgreSQL.
 * A kind says what can be done about it, and the reason says which fact spoke.
 */

/**
 * `transient`: may pass by itself. `overload`: asked too much, wait longer. `dependency`: something behind it is away. `permanent`: fails in
 * the same way however often it is tried. `unknown`: nothing was recognised; a bug until shown otherwise.
 */
export type FaultKind = 'transient' | 'permanent' | 'overload' | 'dependency' | 'unknown';

/** What is known of a failure. Everything may be left out. */
export interface FaultFacts {
  /** What the one who failed says. */
  readonly class?: 'UNKNOWN' | 'TRANSIENT' | 'PERMANENT' | undefined;
  /** An error code or the name of an error: `ECONNREFUSED`, `HTTP_503`, `40001`, `TimeoutError`. */
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  /** HTTP status. */
  readonly status?: number | undefined;
  /** How long the one who failed asks to be left alone, ms. */
  readonly retryAfterMs?: number | null | undefined;
}

export interface Diagnosis {
  readonly kind: FaultKind;
  /** Half a sentence for people. */
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

type Finding = readonly [FaultKind, string];

const groups: readonly (readonly [FaultKind, string, readonly string[]])[] = [
  [
    'dependency',
    'what it needs can not be reached',
    ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN'],
  ],
  [
    'transient',
    'the connection broke',
    ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET', 'NETWORK_EXCEPTION', 'UND_ERR_CLOSED'],
  ],
  [
    'transient',
    'no answer came in time',
    [
      'ETIMEDOUT',
      'ESOCKETTIMEDOUT',
      'TimeoutError',
      'UND_ERR_CONNECT_TIMEOUT',
      'UND_ERR_HEADERS_TIMEOUT',
      'UND_ERR_BODY_TIMEOUT',
      'REQUEST_TIMED_OUT',
    ],
  ],
  ['transient', 'it was broken off', ['ABORT_ERR', 'AbortError', 'LeaseLost']],
  ['overload', 'the machine has no more of something', ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'ENOSPC', 'EDQUOT']],
  ['overload', 'it is overloaded', ['Overloaded', 'BulkheadFull', 'THROTTLING_QUOTA_EXCEEDED']],
  ['dependency', 'its breaker is open', ['BreakerOpen']],
  ['permanent', 'what it names is not there', ['ENOENT', 'ENOTDIR', 'EISDIR']],
  ['permanent', 'it is not allowed to', ['EACCES', 'EPERM', 'EROFS']],
  [
    'permanent',
    'the certificate is not trusted',
    [
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
  ],
  [
    'transient',
    'Kafka is between two leaders',
    [
      'NOT_LEADER_OR_FOLLOWER',
      'NOT_LEADER_FOR_PARTITION',
      'LEADER_NOT_AVAILABLE',
      'NOT_COORDINATOR',
      'COORDINATOR_NOT_AVAILABLE',
      'GROUP_COORDINATOR_NOT_AVAILABLE',
      'COORDINATOR_LOAD_IN_PROGRESS',
      'REBALANCE_IN_PROGRESS',
      'NOT_ENOUGH_REPLICAS',
      'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    ],
  ],
  ['dependency', 'a Kafka broker is away', ['BROKER_NOT_AVAILABLE', 'KAFKA_STORAGE_ERROR', 'REPLICA_NOT_AVAILABLE']],
  [
    'permanent',
    'Kafka refuses it',
    [
      'TOPIC_AUTHORIZATION_FAILED',
      'GROUP_AUTHORIZATION_FAILED',
      'CLUSTER_AUTHORIZATION_FAILED',
      'SASL_AUTHENTICATION_FAILED',
      'MESSAGE_TOO_LARGE',
      'RECORD_LIST_TOO_LARGE',
      'INVALID_TOPIC_EXCEPTION',
      'INVALID_RECORD',
      'UNSUPPORTED_VERSION',
    ],
  ],
  ['transient', 'Redis is between two states', ['LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'READONLY']],
  ['overload', 'Redis is overloaded', ['BUSY', 'OOM']],
  ['permanent', 'Redis refuses it', ['NOAUTH', 'WRONGPASS', 'NOPERM', 'WRONGTYPE', 'NOSCRIPT']],
];
const byCode = new Map<string, Finding>(
  groups.flatMap(([kind, reason, codes]) => codes.map((code) => [code, [kind, `${reason} (${code})`]] as const)),
);

/** Says what kind of failure it was. What its own side calls permanent is permanent; else codes speak before its word "transient". */
export function diagnose({ class: said, type = '', message = '', status, retryAfterMs }: FaultFacts): Diagnosis {
  const wait = typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : null;
  const [kind, reason] = ((): Finding => {
    if (said === 'PERMANENT')
      return ['permanent', `whoever failed says that it will fail again (${type || 'no code'})`];
    const spoken = findingOf(type, status) ?? findingIn(message);
    if (spoken !== undefined) return spoken;
    if (said === 'TRANSIENT') return ['transient', `whoever failed says that it may pass (${type || 'no code'})`];
    return ['unknown', type === '' ? 'it left no facts' : `"${type}" is no code we know`];
  })();
  return { kind, reason, retryAfterMs: wait };
}

/** The same for anything that was thrown. Never throws. */
export function diagnoseError(error: unknown): Diagnosis {
  return diagnose(factsOf(error));
}

/** The facts of something thrown: its own first, then those of what caused it. Never throws. */
export function factsOf(error: unknown): FaultFacts {
  let facts: FaultFacts = {};
  for (
    let depth = 0, current: unknown = error;
    depth < 8 && typeof current === 'object' && current !== null;
    depth += 1
  ) {
    const { faultClass, code, name, message, status, statusCode, retryAfterMs, cause } = current as Record<
      string,
      unknown
    >;
    const httpStatus = typeof status === 'number' ? status : statusCode;
    const isNamed = typeof name === 'string' && byCode.has(name);
    facts = {
      class: facts.class ?? classes[String(faultClass)],
      type: facts.type ?? (typeof code === 'string' ? code : isNamed ? name : undefined),
      message: facts.message ?? (typeof message === 'string' ? message : undefined),
      status: facts.status ?? (typeof httpStatus === 'number' ? httpStatus : undefined),
      retryAfterMs: facts.retryAfterMs ?? (typeof retryAfterMs === 'number' ? retryAfterMs : undefined),
    };
    current = cause;
  }
  return facts;
}

const classes: Readonly<Record<string, FaultFacts['class']>> = {
  transient: 'TRANSIENT',
  permanent: 'PERMANENT',
  unknown: 'UNKNOWN',
};

function findingOf(type: string, status: number | undefined): Finding | undefined {
  const http = status ?? Number(/^HTTP[_ ]?(\d{3})$/.exec(type)?.[1] ?? Number.NaN);
  if (http >= 300 && http < 600) return ofHttp(http);
  return byCode.get(type) ?? (/^\d[0-9A-Z]{4}$/.test(type) ? ofPostgres(type) : undefined);
}

/** Redis says its code as the first word, a wrapper often quotes one of Node's. */
function findingIn(message: string): Finding | undefined {
  const words = message.slice(0, 300).match(/\b[A-Z][A-Z_]{2,}\b/g) ?? [];
  return words
    .slice(0, 5)
    .map((word) => byCode.get(word))
    .find((finding) => finding !== undefined);
}

function ofHttp(status: number): Finding {
  const named = (kind: FaultKind, reason: string): Finding => [kind, `${reason} (HTTP ${status})`];
  if (status === 408 || status === 425) return named('transient', 'it asks to be tried again');
  if (status === 409 || status === 423) return named('transient', 'something else is at work on it');
  if (status === 429 || status === 503 || status === 507) return named('overload', 'it is overloaded');
  if (status === 502 || status === 504) return named('dependency', 'what is behind it does not answer');
  if (status === 501 || status === 505 || status === 511) return named('permanent', 'it does not offer that');
  if (status >= 500) return named('unknown', 'it failed within');
  return status >= 400 ? named('permanent', 'the request is wrong') : named('permanent', 'it is somewhere else');
}

/** By the class of the SQLSTATE (PostgreSQL documentation, appendix A), its first two characters. */
function ofPostgres(code: string): Finding {
  const named = (kind: FaultKind, reason: string): Finding => [kind, `${reason} (SQLSTATE ${code})`];
  if (['40001', '40P01', '55P03', '57014'].includes(code))
    return named('transient', 'another transaction was in its way');
  switch (code.slice(0, 2)) {
    case '08':
    case '57':
      return named('dependency', 'the database is away');
    case '53':
      return named('overload', 'the database has no more of something');
    case '58':
      return named('dependency', 'the database has trouble of its own');
    case '22':
    case '23':
    case '26':
    case '28':
    case '3D':
    case '3F':
    case '42':
    case '44':
      return named('permanent', 'the database refuses it');
    default:
      return named('unknown', 'the database failed');
  }
}
