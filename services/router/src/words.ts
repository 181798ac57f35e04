const stopWords = new Set(
  'a about after again all also an and any anybody anyone are as at be been but by can could did do does every everything for from get give go had has have how i if in into is it its just let like make me much must my need no not of on only or other our out please put seem shall should so some somebody someone something still take than that the their them then there these they this those through time to too up us very want was we were what whether when where which while who why will with would you your'.split(
    ' ',
  ),
);

/** The words of a text that tell what it is about, in their plain form, in order. What is made up for each case, such as an address, stands for its kind. */
export function wordsOf(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll(/https?:\/\/\S+/g, ' url ')
    .replaceAll(/\S+@\S+\.\S+/g, ' email ')
    .replaceAll(/\b\d{1,3}(\.\d{1,3}){3}\b/g, ' address ');
  return (plain.match(/\p{L}[\p{L}\p{N}]*/gu) ?? []).filter((word) => !stopWords.has(word)).map(stemOf);
}

const endings = ['ations', 'ation', 'ings', 'ing', 'ied', 'ies', 'ers', 'er', 'ed', 'es', 's', 'e', 'y'] as const;

/** Cuts endings off, roughly: what is said of one thing and of many, now and before, shall be the same word. For English only. */
function stemOf(word: string): string {
  for (const ending of endings) {
    if (!word.endsWith(ending) || word.length - ending.length < 3) continue;
    const stem = word.slice(0, -ending.length);
    // running -> run
    return /([b-df-hj-np-tv-z])\1$/.test(stem) && !/(ll|ss)$/.test(stem) ? stem.slice(0, -1) : stem;
  }
  return word;
}
