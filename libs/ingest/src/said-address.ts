/**
 * Whose address a message names. Names and other texts in it were chosen by whoever attacks, and may look like an address or like the rest of the
 * line: where more than one address could be meant, it is decided by where the name stands, or not at all.
 */

const v4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
const v6 = String.raw`(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,6}:(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,5})?|::[\da-f]{1,4}(?::[\da-f]{1,4}){0,6}`;
// Whole addresses only: half of one is another's. A port may follow after a colon, or after a dot, as BSD writes it; a range is none.
const token = new RegExp(
  String.raw`(?:(?<![\w.-]|[\w.-]@|:[\da-f]{0,4}:)|(?<![\w.:-])::ffff:)(${v4})(?=\.\d{3,5}(?![\w.]))|(?:(?<![\w.-]|[\w.-]@|:[\da-f]{0,4}:)|(?<![\w.:-])::ffff:)(${v4})(?!\w|\.\d|\/\d{1,2}(?!\d|\.))|(?<![\w.:-]|[\w.-]@)(${v6})(?!\w|\.\d|:[\da-f]|\/\d{1,3}(?!\d))`,
  'gi',
);
const alone = new RegExp(String.raw`^(?:IPV[46]\/\w+\/)?\[?(?:::ffff:)?(?:${v4}|${v6})\]?(?:[:/]\d+)?$`, 'i');

/** Before an address: it is the machine's own, or where something went. */
const own =
  /(?:\b(?:lip|laddr|local\w*(?: (?:host|addr(?:ess)?))?|to|dst|dest\w*|server\w*|listen\w*|on|via|x-[\w-]+)["']?\s?[=:>]?\s?["'[(]*(?:ipv[46](?::|\/\w+\/))?|\bI=\[)$/i;
/** Before an address: how surely it is the other side's; the surest first. */
const places = [
  /\b(?:rhost|rip|oip|peer|(?:remote|client|source|src)(?:[_ -]?(?:ip|addr(?:ess)?|host))?|attacker|addr)["']?\s?[=:]?\s?["'[(<]*(?:ipv[46]\/\w+\/)?$/i,
  /\b(?:from|relay|host|by|H)\b["']?[=:]?\s?(?:ip\s)?(?:address\s)?(?:[\w.-]{1,100}\s?)?["'[(<]{0,2}$/i,
  /\b(?:for|ip|address|ip address)\b["']?\s?[=:]?\s?["'[(<]*$/i,
  /[[(<@'"|]$/,
];
/** Before a name that somebody chose. */
const named =
  /\b(?:user(?:name)?|account|acct|log[io]n(?:name)?|for|as|name|ruser|logname|set_id|uid|mail|sender|helo|id)\b/i;

/** Before a quote: what follows is the program's own sentence. */
const said = /\b(?:msg|message)=$/;
/** Between two addresses: the second is where the connection of the first goes. */
const towards = /^(?:[:.]\d{1,5})?\s*(?:->\s*)?$/;

/** Texts in quotes, unless they are an address; who said HELO; headers of proxies: their words are somebody's, their places are kept. */
function withoutTexts(message: string): string {
  const blank = (text: string): string => ' '.repeat(text.length);
  return message
    .replaceAll(/(?<=^|[\s([=,:;<@{])(["'])(.*?)\1(?!\w)/gs, (whole, _, text: string, index: number) =>
      alone.test(text.trim()) || said.test(message.slice(0, index)) ? whole : blank(whole),
    )
    .replaceAll(
      /<[^<>]*@[^<>]*>|\(\[?[^()]{0,200}\]?\)(?= \[[\da-f]*[.:])|\(X-[^()]*\)|\bsession=<[^>]*>|\buser=<[^>]*>/gi,
      blank,
    );
}

interface Found {
  readonly address: string;
  readonly index: number;
  readonly end: number;
}

/** The address a message is about; `isAmbiguous`: it could be another. Undefined where it names none. */
export function saidAddress(message: string): { readonly address: string; readonly isAmbiguous: boolean } | undefined {
  const text = withoutTexts(message);
  const all: readonly Found[] = [...text.matchAll(token)].map((match) => ({
    address: match[1] ?? match[2] ?? match[3] ?? '',
    index: match.index,
    end: match.index + match[0].length,
  }));
  const before = ({ index }: Found): string => text.slice(Math.max(0, index - 120), index);
  const isTarget = (each: Found, index: number): boolean => {
    const previous = all[index - 1];
    return previous !== undefined && !own.test(before(previous)) && towards.test(text.slice(previous.end, each.index));
  };
  const others = all.filter((each, index) => !own.test(before(each)) && !isTarget(each, index));
  const [first] = others;
  if (first === undefined) return undefined;
  if (new Set(others.map(({ address }) => address.toLowerCase())).size === 1)
    return { address: first.address, isAmbiguous: false };
  const last = others.at(-1) ?? first;
  const isNamedBefore = named.test(text.slice(0, first.index));
  const isNamedBetween = named.test(text.slice(first.end, last.index));
  if (isNamedBefore && isNamedBetween) return { address: last.address, isAmbiguous: true };
  if (isNamedBefore) return { address: last.address, isAmbiguous: false };
  if (isNamedBetween) return { address: first.address, isAmbiguous: false };
  for (const place of places) {
    const found = others.filter((each) => place.test(before(each)));
    if (found[0] === undefined) continue;
    const isAmbiguous = new Set(found.map(({ address }) => address)).size > 1;
    return { address: found[0].address, isAmbiguous };
  }
  return { address: first.address, isAmbiguous: true };
}

/** A host name where PAM and others put one; of no use for blocking, but told. */
export function saidHost(message: string): string | undefined {
  return /\brhost=([\w.-]+\.[a-z]{2,})\b/i.exec(message)?.[1];
}
