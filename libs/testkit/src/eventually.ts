/** Waits until a condition holds. Fails with what is the matter when it does not within `withinMs`. */
export async function eventually(
  condition: () => unknown,
  complaint: () => string = () => 'the condition never held',
  withinMs = 10_000,
): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`waited ${withinMs} ms: ${complaint()}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}
