import type { ConfigInputs } from "../../../src/config/config-inputs.ts";
import { NO_FLAGS, type StartFlags } from "../../../src/config/flags.ts";

/** A host as a test describes it. */
export interface TestHost {
  readonly flags?: Partial<Omit<StartFlags, "keys">>;
  /** Such as `{ "--http-port": "0" }`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Files by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly isRoot?: boolean;
  readonly mayBindLowPorts?: boolean;
  readonly writable?: readonly string[];
}

/** Inputs of `loadConfig` without a real host: root by default, allowed everything. */
export function inputsOf(host: TestHost): ConfigInputs {
  return {
    flags: { ...NO_FLAGS, ...host.flags, keys: new Map(Object.entries(host.keys ?? {})) },
    environment: host.environment ?? {},
    readFile: (path) => host.files?.[path],
    isWritableFolder: (path) => host.writable?.includes(path) ?? false,
    makeTemporaryFolder: () => "/tmp/rotordream-demo-test",
    absolutePath: (path) => (path.startsWith("/") ? path : `/here/${path}`),
    executable: "/opt/rotordream",
    isRoot: host.isRoot ?? true,
    mayBindLowPorts: () => host.mayBindLowPorts ?? true,
  };
}
