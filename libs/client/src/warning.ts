/**
 * Tells the user something that needs no answer. Node prints it on stderr; `process.on('warning', ...)` hears it and
 * `--disable-warning=MusterWarning` silences it.
 */
export function warn(sentence: string): void {
  process.emitWarning(sentence, 'MusterWarning');
}
