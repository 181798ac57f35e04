/** What programs say when somebody did not get in: words and shapes that daemons share, none of them the form of one daemon's line. */

const auth = String.raw`auth(?:enticat\w+|ori[sz]\w+)?`;
const login = String.raw`(?:log[ -]?[io]n|logon|sign-?in|log in)`;
const secret = String.raw`(?:passw(?:or)?d|passphrase|credentials?|pin|secret|token|totp|otp|2fa)`;
const failed = String.raw`(?:fail(?:ed|ure|ures|s|ing)?|errors?|reject(?:ed|s)?|unsuccessful|aborted|denied|refused|incorrect|invalid|mismatch|wrong|exceeded|disabled|(?:does|did)(?:n't| not) match|is not (?:correct|valid)|might not have worked)`;
const bad = String.raw`(?:incorrect|wrong|bad|invalid|illegal|unknown|nonexistent|non-existent|no such|nonexisting)`;

const words = (...forms: readonly string[]): readonly RegExp[] => forms.map((form) => new RegExp(form, 'i'));

/** Each is a way to say that somebody's credentials were not good enough. */
const failures = [
  ...words(
    String.raw`\b${auth}\b.{0,80}?\b${failed}\b`,
    String.raw`\b(?:fail(?:ed|ure|ures)?|unable|unsuccessful|rejected)\b.{0,40}?(?:\b|_)(?:${auth}|${login}|${secret})\b`,
    String.raw`(?:\b|_)(?:${login}|${secret}|registration)\b.{0,60}?\b${failed}\b`,
    String.raw`\b${bad}[\s-](?:\w+ ){0,2}?(?:${auth} data|${secret}|user ?(?:name|id)?|${login}|account|rcon|username\/password)\b`,
    String.raw`\buser ?(?:name)?\b.{0,60}?\b(?:not found|not known|unknown|(?:does|did)(?:n't| not) exist|is not in the|tried to log ?in with)\b`,
    String.raw`\b(?:can(?:'t|not)|could(?:n't| not)|unable to) (?:find|retrieve|access|look ?up) (?:the )?user\b`,
    String.raw`\bno matching (?:peer|endpoint|user|account|device)\b|\bno (?:registration|credentials) for\b|\bno acceptable ${auth} method\b`,
    String.raw`\bbad_?login\b|\blogin_(?:error|failed|failure)\b|\bauth_?fail(?:ed|ure)?\b|\bnotauth\b|_(?:wrong_password|no_such_user|logon_failure)\b|\bcheck pass; user unknown\b`,
    String.raw`\baccess denied for user\b|\buser denied\b`,
    String.raw`\b(?:root|administrator) ${login} (?:attempt(?:ed)?|refused)\b|\btried to use disabled plaintext ${auth}\b|\battempt(?:ed)? ${login} with\b|\bfake ${auth} rejection\b`,
    // Results as numbers and fields: LDAP, the audit log, Kerberos.
    String.raw`\bRESULT\b.*\berr=49\b|\btype=USER_(?:LOGIN|AUTH|ERR)\b.*\bres=failed\b|\bKDC_ERR_PREAUTH_FAILED\b`,
  ),
  // In words of programs: InvalidPassword, ChallengeResponseFailed.
  /\b(?:Invalid|Wrong|Bad|Unknown)(?:Account|Password|User|Credential|Login|Token)\w*\b|\b(?:ChallengeResponse|Authentication|Auth|Login)Failed\b|\bFailedACL\b/,
];

/** Each is a way to say that somebody was turned away, or did what no honest program does. */
const denials = words(
  String.raw`\b(?:access|relay(?:ing)?|connection(?! refused(?! from))|call|request|query|transfer|update|client|user|rcpt|mail|axfr|ixfr)\b.{0,80}?\b(?:denied|refused|rejected|not (?:allowed|permitted))\b`,
  String.raw`\breject(?:ed|ing|s)?\b:? (?:RCPT|EHLO|HELO|MAIL|DATA|VRFY|EXPN|ETRN|CONNECT|BDAT|connection|commands|mail|message|after \w+|by (?:acl|local_scan))\b|\breject=[45]\d\d\b`,
  String.raw`\bimproper command pipelining\b|\bprotocol (?:synchroni[sz]ation )?error\b|\bpre-?greet(?:ing traffic)?\b|\bsyntactically invalid argument\b|\bnon-?smtp command\b|\bunknown recipient\b|\bno pg_hba\.conf entry\b|\bsender verify fail\b`,
  String.raw`\btoo many (?:\w+ ){0,2}(?:errors|connections|failed|failures|commands|attempts)\b|\bdropped: too many\b|\brate ?limit (?:block|exceeded)\b|\bexcessive\b.{0,20}\bfailures\b`,
  String.raw`\b(?:is|was|has been) (?:banned|blocked|blacklisted)\b|\bnot allowed to (?:talk|connect)\b|\bnot authori[sz]ed\b|\b(?:denied|refus(?:ed|ing)|reject(?:ed|ing)) connect(?:ion)?\b|\b(?:found|listed) (?:in|at|on|by) .{0,40}(?:black|block|rbl|bl\b|spam)`,
  String.raw`\battackalert\b|\b(?:port ?scan|attack|hacking attempt|intrusion)\b.{0,20}\b(?:detected|from)\b|\bpossible \w+ attack\b|\(attacker ['"]|\bforbidden variable\b|\bsecurity violation\b|\bports(?: \d{1,5},){3}`,
  String.raw`\b(?:notice|warning)\s+\[[^\]\s]{1,60}\] ban (?=[\da-f])|^FAIL: \S+ \w+ from=|\brblsmtpd: `,
);

/** A connection that came to nothing: no wrong password, but nobody who wants something comes and goes like that all day. */
const aborted = words(
  String.raw`\bno auth attempts\b|\btoo many invalid commands\b|\blost connection after (?!DATA|END-OF|RCPT|RSET|QUIT|NOOP|BDAT)[A-Z]{4,10}\b|\bauth=0\/\d`,
  String.raw`\bdid not issue [A-Z/]+ (?:during|in)\b|\blost input channel\b.*\bafter auth\b|\bunexpected disconnection while reading SMTP command\b`,
);

/** Trouble of the server, of another server, or of mail that goes out: whoever is named did nothing. */
const others = words(
  String.raw`\bconnection lost to ${auth} server\b|\btemporary (?:${auth}|lookup|system|server) (?:fail|error)|\binvalid authentication mechanism\b|\bgr[ae]y-?list`,
  String.raw`\bstat(?:us)?=(?:sent|deferred|bounced|expired|user unknown|service unavailable)|\bsaid: [45]\d\d\b|\bremote mail server\b|\bremote_smtp\b|^connect(?:ion|ing)? to\b|\bconnect\(\) (?:to|failed)\b|\bupstream\b`,
  String.raw`(?:: |\")connection refused\b(?! from)|\bpermission denied for (?:table|relation|schema|function|sequence|database|view)\b|\brestore ban\b|\bunban\b|\balready banned\b|\bwill be (?:retried|tried again)\b`,
);

const succeeded = /\b(?:accepted|successful(?:ly)?|session opened|logged in|login ok|authenticated|SuccessfulAuth)\b/i;

/** What a message tells of somebody: a login that failed, being turned away, a connection that came to nothing; or nothing wrong. */
export type Telling = 'failed-login' | 'denied' | 'aborted' | 'nothing';

/** Judges the words alone: whoever they are about. */
export function tellingOf(message: string): Telling {
  const is = (forms: readonly RegExp[]): boolean => forms.some((form) => form.test(message));
  if (is(others)) return 'nothing';
  if (is(aborted)) return 'aborted';
  if (is(failures)) return 'failed-login';
  return !succeeded.test(message) && is(denials) ? 'denied' : 'nothing';
}
