/** What a request looks like it is after: a small set of rules over the decoded text, each quick on any input. */

export type RequestSign =
  | 'sql-injection'
  | 'cross-site-scripting'
  | 'command-injection'
  | 'path-traversal'
  | 'remote-inclusion'
  | 'probe'
  | 'attack-tool';

type Rule = readonly [sign: RequestSign, form: RegExp];

/** Over any part of what was sent. Word boundaries and pairs of words rather than words: people search for `select` and `union`. */
const contentRules: readonly Rule[] = [
  // Second queries and their parts.
  [
    'sql-injection',
    /\bunion(?: all| distinct)?[ (]+select\b|\bselect\b.{1,200}\bfrom\b.{0,80}(?:\bwhere\b|\binformation_schema|\bdual\b|--|#|\))|\(select\b/,
  ],
  [
    'sql-injection',
    /;\s*(?:select|insert into|update \w+ set|delete from|drop (?:table|database)|alter table|create (?:table|user|function)|exec(?:ute)?|declare|shutdown|call|waitfor|truncate|begin|if|copy)\b/,
  ],
  [
    'sql-injection',
    /\b(?:information_schema|sysobjects|syscolumns|sysusers|sysmaster|pg_catalog|sqlite_master|rdb\$\w+|all_users|sysibm|domain\.domains|msysaccessobjects|mysql\.user)\b/,
  ],
  // Functions that wait, fail or read on purpose.
  [
    'sql-injection',
    /\b(?:sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|group_concat|concat_ws|randomblob|generate_series|make_set|elt|xmltype|regexp_substring|char|chr|ascii|hex|unhex|substring|ctxsys\.[\w.]+|dbms_\w+\.\w+|utl_\w+\.\w+|xp_\w+|sp_\w+|crypt_key|like)\s*\(\s*(?:select|\d|'|"|@|0x|ch?a?r\()/,
  ],
  [
    'sql-injection',
    /\bwaitfor\s+(?:delay|time)\b|\binto\s+(?:out|dump)file\b|\bprocedure\s+analyse\b|\brow\s*\(\s*\d+\s*,|\bdbms_pipe\b|\butl_inaddr\b|\biif\s*\(|\bcase\s+when\b|\bcase \d+ when\b|\bthen \d+ else\b/,
  ],
  // Operators of MongoDB, filters of LDAP.
  [
    'sql-injection',
    /["'[]\$(?:gte?|lte?|ne|n?in|regex|where|exists|expr)["'\]]\s*[:=]|\*\)\s*\(\w+=|\)\s*\(\s*[|&]\s*\(/,
  ],
  ['sql-injection', /["']\s*(?:or|and|\|\||&&)\s*(["']{1,2})\s*=\s*["']/],
  // Conditions that say nothing: 1=1, 'a'='a', a quote and a connective.
  [
    'sql-injection',
    /\b(?:and|or|xor|having|where|rlike|not|&&|\|\|)\b[\s(]*(?:not\s+)?[\s('"%]*(\w{1,40})['"%)\s]*(?:=|<=>|like|rlike)[\s('"%]*\1\b/,
  ],
  [
    'sql-injection',
    /['")]\s*(?:and|or|xor|\|\||&&|having|rlike|where|union|order by|group by|limit|procedure|as \w+ where)\b\s*[\s('"]*(?:not\s+)?(?:[\w%]+['"]?\s*(?:=|<>|!=|<|>|like\b|in\b|between\b|is\b|rlike\b|\*)|select\b|exists\b|sleep\b|\d+\b|row\b|elt\b|make_set\b|\()/,
  ],
  [
    'sql-injection',
    /^-?\d+\)*\s+(?:and|or|xor|having|rlike|order by|group by|limit|procedure|where|union|as \w+ where)\s+\(*\s*(?:\d+\)*\s*(?:=|<|>|\*|in\b|between\b|like\b|rlike\b|--|#|,|$)|select|'|"|row\s*\(|not \(|sleep|elt|make_set|case|char|\(\d)/,
  ],
  [
    'sql-injection',
    /['"]\s*(?:--|#|\/\*|;\s*$)|['"]\)+\s*(?:--|#|;)|\b\d+\)*\s*(?:--\s*\S{0,10}$|#$)|@@(?:version|datadir|hostname|global)\b/,
  ],
  [
    'sql-injection',
    /['"]\s*(?:\|\||\+)\s*\(|\bcast\s*\(.{1,80}\bas (?:int|char|numeric|varchar)|\bconvert\s*\(\s*int\b|\border by \d+\s*(?:--|#|$)|\bgroup by .{1,80}\bhaving\b/,
  ],
  [
    'cross-site-scripting',
    /<\/?\s*(?:script|iframe|frame|frameset|object|embed|applet|svg|meta|link|style|base|form|isindex|layer|ilayer|bgsound|marquee|math|xml|xss|body|img|image|input|video|audio|details|textarea|button|keygen|div|table|a|br|html|head|title|!--)\b[^a-z]/,
  ],
  [
    'cross-site-scripting',
    /\bon(?:abort|activate|begin|blur|change|click|dblclick|drag\w*|error|focus\w*|hashchange|key\w+|load\w*|message|mouse\w+|page\w+|pointer\w+|popstate|propertychange|readystatechange|resize|scroll|select|start|submit|toggle|touch\w+|unload|wheel)\s*=/,
  ],
  [
    'cross-site-scripting',
    /\b(?:javascript|vbscript|livescript|mocha)\s*:(?=\S)|\bdata\s*:\s*text\/html|\bexpression\s*\(|document\s*\.\s*(?:cookie|write|location|domain)|\b(?:alert|prompt|confirm|eval)\s*[(`]|fromcharcode|\.innerhtml\b|<\?\s*(?:xml|php|echo|=)|\+ad[4w]-|<!\[cdata\[|<!(?:doctype|entity)/,
  ],
  [
    'command-injection',
    /(?:[;|`\n]|\$\(|&&)\s*[`'"({]*\s*(?:\/?(?:usr\/)?s?bin\/)?(?:cat|ls|id|uname|whoami|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|perl|python\d?|ruby|php|ping|sleep|echo|printenv|ifconfig|ipconfig|netstat|dir|type|net|cmd|powershell|reg|systeminfo|true|false|rm|chmod|touch|nslookup|dig|tftp|telnet|ps|pwd|env|uptime|vol|ver)(?=[\s;&|`'"<>)+:/$]|$)/,
  ],
  [
    'command-injection',
    /(?:^|&)\s*(?:cat|ls|id|uname|whoami|wget|curl|nc|ncat|netcat|bash|sh|zsh|ksh|perl|python\d?|ruby|php|ping|sleep|echo|printenv|ifconfig|ipconfig|netstat|dir|type|net|cmd|powershell|reg|systeminfo|true|false|rm|chmod|touch|nslookup|dig|tftp|telnet|ps|pwd|env|uptime|vol|ver)(?:\.exe)?(?:\s*(?:[;|]|&&)|\s+[/-])|^&\s*(?:id|whoami|uname|ls|dir|ping|cat|sleep|wget|curl|true|false)\b/,
  ],
  [
    'command-injection',
    /\/(?:usr\/)?s?bin\/(?:[\w.]+)|\(\)\s*\{\s*:?;?\s*\}\s*;|<!--\s*#\s*(?:exec|include|echo|printenv)|\bcmd(?:\.exe)?\s*\/c\b|\$\{(?:jndi|ifs|env|sys):?|(?:\{\{|[$#]\{)\s*\d+\s*\*\s*\d+\s*\}|\{\{[^{}]*\b(?:constructor|__class__|__globals__)\b|\bdir\+c:|^['"]?(?:true|false)['"]$|\b(?:system|passthru|shell_exec|popen|proc_open|phpinfo|exec)\s*\(/,
  ],
  [
    'path-traversal',
    /(?:^|[\\/=])\.{2,}[\\/]|[\\/]\.{2,}$|\.\.[\\/]|(?:[\\/]\.?){8,}|(?:0x2e|%2e|%252e|%c0%ae|%uff0e|x2e)\W{0,3}(?:0x2e|%2e|%252e|%c0%ae|%uff0e|x2e|\.)|\.\.(?:0x2f|0x5c|%5c|%2f|%c0%af|%c1%9c|%255c|%252f|%u2215|%u2216)/,
  ],
  [
    'path-traversal',
    /\betc\/(?:passwd|shadow|hosts|group|issue|motd)\b|\bboot\.ini\b|\bwin\.ini\b|\bweb-inf\b|\bproc\/self\b|\bwindows[\\/]+system32/,
  ],
  [
    'remote-inclusion',
    /(?:^|=)(?:(?:ht|f)tps?:\/\/[^&\s]{1,300}\.(?:txt|php|gif|jpe?g|png|dat|inc|phtml|html?)\?|(?:ht|f)tps?:\/\/[^&\s?]{1,300}\?$|(?:php|zip|phar|expect|file|gopher|dict):\/\/)/,
  ],
];

/** Over the path alone: what is asked for by those who look for holes, and by nobody who was sent there by a page. */
const pathRules: readonly Rule[] = [
  [
    'probe',
    /(?:^|\/)(?:php-?my-?admin|pma|mysql-?(?:admin|manager)|dbadmin|sqladmin|myadmin|websql|webdb|phppgadmin|adminer|sqlite-?manager)[\w.-]*(?:\/|$)/,
  ],
  [
    'probe',
    /(?:^|\/)(?:wp-login\.php|wp-admin|wp-config|wp-content\/plugins|xmlrpc\.php|wlwmanifest\.xml|administrator|joomla|typo3|user\/register|node\/add|fckeditor|ckfinder|timthumb\.php|azenv\.php|wordpress)(?:[/?.]|$)/,
  ],
  [
    'probe',
    /(?:^|\/)(?:cgi-bin|scripts|fcgi-bin|cgi-sys|_vti_bin|msadc)(?:\/|$)|\.(?:cgi|pl|asp|aspx|jsp|do|action|cfm|php\d?)(?:wp-login\.php|$)(?<=\/(?:setup|shell|cmd|c99|r57|login|admin|test|info|phpinfo|upload|install|eval-stdin|x|1|a)\.\w{1,6})/,
  ],
  [
    'probe',
    /(?:^|\/)\.(?:env|git|svn|hg|aws|ssh|htaccess|htpasswd|bash_history|ds_store|idea|vscode)(?:[/.]|$)|\.(?:bak|old|sql|swp|orig|save|dump|tar|tar\.gz|tgz|zip|rar)$(?<=\/(?:backup|db|dump|database|www|site|web|config|data|htdocs)[\w-]*\.[\w.]+)/,
  ],
  // Homes of users, whose names are guessed.
  ['probe', /\/~[\w.-]{1,32}(?:\/|$)/],
  [
    'probe',
    /(?:^|\/)(?:web-?mail|v-webmail|round-?cube|horde|squirrelmail|rainloop|ext-?mail|mails?|mail_this_entry|pmapper[\w.-]*|owa|exchange|autodiscover|zimbra)(?:\/|$|\d)/,
  ],
  [
    'probe',
    /(?:^|\/)(?:manager\/html|host-manager|jmx-console|web-console|invoker|solr\/admin|actuator|server-status|server-info|hnap1|boaform|goform|setup\.cgi|tmunblock|vendor\/phpunit|telescope|_ignition|struts|console|druid|nacos|jenkins|script|login\.action|geoserver|owncloud\/status\.php|portal\/redlion|sdk|evox|remote\/fgt_lang|dana-na|global-protect|\+cscoe\+)(?:[/?.]|$)/,
  ],
];

const tools =
  /sqlmap|nikto|nmap|masscan|zgrab|dirbuster|gobuster|feroxbuster|wpscan|acunetix|nessus|openvas|netsparker|w3af|havij|hydra|nuclei|arachni|jorgee|morfeus|zmeu|fimap|muieblackcat|paros|whatweb|joomscan|skipfish|webshag|l9explore|e-?mail ?(?:siphon|wolf|collector|extract\w*|magnet)|web ?bandit|\(\)\s*\{/i;

/** Longer values are looked at no further. */
const mostText = 4_096;

/** What a value that came with a request is after; of a whole request `requestSigns`. */
export function valueSigns(value: string): readonly RequestSign[] {
  const text = decoded(value.slice(0, mostText));
  return [...new Set(contentRules.filter(([, form]) => form.test(text)).map(([sign]) => sign))];
}

/** What a request is after: `GET /path?query`, or what an error log says of one. */
export function requestSigns(action: string, userAgent = ''): readonly RequestSign[] {
  const asked = action.slice(0, mostText).replace(/^[A-Z]{3,20} /, '');
  const questionMark = asked.indexOf('?');
  const path = decoded(questionMark < 0 ? asked : asked.slice(0, questionMark)).replaceAll(/\/{2,}/g, '/');
  const values = questionMark < 0 ? [] : asked.slice(questionMark + 1).split(/[&;](?=[\w[\]%.-]{1,60}=)/);
  const signs = new Set<RequestSign>();
  for (const [sign, form] of pathRules) if (form.test(path.replace(/['":,\s].*$/, ''))) signs.add(sign);
  for (const [sign, form] of contentRules)
    if (sign !== 'sql-injection' && sign !== 'command-injection' && form.test(path)) signs.add(sign);
  for (const pair of values.slice(0, 64)) {
    const value = pair.slice(pair.indexOf('=') + 1);
    for (const sign of valueSigns(value)) signs.add(sign);
  }
  if (tools.test(userAgent)) signs.add('attack-tool');
  return [...signs];
}

/** Percent signs (twice), plus signs, entities and SQL comments undone; lower case; one space for many. */
function decoded(text: string): string {
  const once = percentDecoded(text.replaceAll('+', ' '));
  const twice = once.includes('%') ? percentDecoded(once) : once;
  return twice
    .replaceAll(/&(?:lt|#0*60|#x0*3c);?/gi, '<')
    .replaceAll(/&(?:quot|#0*34|#0*39|#x0*2[27]);?/gi, "'")
    .replaceAll(/\/\*!?\d{0,6}(.{0,200}?)\*\//g, ' $1 ')
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();
}

/** Byte by byte: what is no UTF-8 stays readable. */
function percentDecoded(text: string): string {
  return text.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
