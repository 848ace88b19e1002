import { join } from "node:path";

/** Part of the name of every test that is skipped because `../shared` is missing; `test/run.ts` counts them by it. */
export const NEEDS_SHARED = "[needs ../shared]";

/** There, the program that checks documents by ONVIF's schemas. */
export const SCHEMA_CHECK = "onvif-schema/onvif-check";

/** Where design, prototypes and the throw-away kernel lie beside the repository; may be absent. */
export const SHARED_FOLDER: string = join(import.meta.dirname, "../../../shared");
