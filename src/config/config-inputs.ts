import type { StartFlags } from "./flags.ts";

/** Everything outside the process that the configuration depends on. */
export interface ConfigInputs {
  readonly flags: StartFlags;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; undefined when there is none. Throws when it is there and cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  readonly isWritableFolder: (path: string) => boolean;
  readonly makeTemporaryFolder: () => string;
  readonly absolutePath: (path: string) => string;
  readonly isRoot: boolean;
  /** This program, as a path to copy into a command. */
  readonly executable: string;
  /** Asked only when a default port below 1024 is wanted. */
  readonly mayBindLowPorts: () => boolean;
}
