const longest = 100;
const mostWords = 14;

/**
 * What a fault's message looks like without what changes from case to case: numbers, ids, paths, addresses and quoted names become `*`. Messages of
 * one place in the code have one pattern, which is what is learned by. At most 14 words and 100 characters.
 */
export function patternOf(message: string): string {
  return message
    .slice(0, 500)
    .toLowerCase()
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '*')
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, mostWords)
    .map((word) => (/[\d/\\@]|:\S/.test(word) ? '*' : word.replaceAll(/[^\p{L}*_-]/gu, '')))
    .filter((word, index, words) => word !== '' && !(word === '*' && words[index - 1] === '*'))
    .join(' ')
    .slice(0, longest);
}
