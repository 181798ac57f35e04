/** One `append()` under way. Plain data, because there may be a hundred thousand of them at once. */
export interface Append {
  /** Epoch ms after which it is given up. */
  readonly expiresAt: number;
  /** Records not stored yet. */
  left: number;
  /** All are stored, or one can't be. */
  isOver: boolean;
  readonly resolve: () => void;
  readonly reject: (fault: Error) => void;
}

export function noteStored(append: Append): void {
  if (--append.left > 0 || append.isOver) return;
  append.isOver = true;
  append.resolve();
}

export function rejectAppend(append: Append, fault: Error): void {
  if (append.isOver) return;
  append.isOver = true;
  append.reject(fault);
}
