/** Preloaded by `bun test`: brings the native library up to date, which takes milliseconds when it is. */
import { join } from "node:path";
import { buildNative, NATIVE_ROOT } from "../../native/build.ts";

// Pure tests run without the library; those that need it fail when they import it.
await buildNative({ outDir: join(NATIVE_ROOT, "dist"), progress: () => undefined }).catch((error: Error) =>
  console.error(error.message),
);
