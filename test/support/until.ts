const POLL_MS = 10;

/** Waits until `condition` holds; throws after `limitMs`. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the condition did not hold within ${limitMs} ms: ${condition}`);
    await Bun.sleep(POLL_MS);
  }
}
