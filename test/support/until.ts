const POLL_MS = 10;
/** Waiting costs only a test that fails, and judges no speed: a machine may stand still for seconds. */
const LIMIT_MS = 30_000;

/** Waits until `condition` holds; throws after `limitMs`. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = LIMIT_MS): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`the condition did not hold within ${limitMs} ms: ${condition}`);
    await Bun.sleep(POLL_MS);
  }
}
