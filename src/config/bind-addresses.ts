import { isIPv6 } from "node:net";
import { AppError } from "../core/errors.ts";
import { describePortHolder } from "./port-holder.ts";

/** One address that a server listens on. */
export interface Bound {
  readonly port: number;
  close(): void | Promise<void>;
}

/** What to bind, and how. */
export interface BindOptions<T extends Bound> {
  /** As it stands before "port": `HTTP`. */
  readonly service: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly bind: (address: string, port: number) => T | Promise<T>;
}

/** The free port of the first address may be taken on the second; another is tried this often. */
const FREE_PORT_ATTEMPTS = 20;

/**
 * Opens one port on every address. Port 0: a free port of the first address, used for all. An IPv6 address is left out where the kernel has no IPv6.
 * Throws AppError `unavailable` (`ADDRESS_IN_USE`, `PORT_FORBIDDEN`, `ADDRESS_UNAVAILABLE`) naming host and port; nothing stays open then.
 */
export async function bindAddresses<T extends Bound>(options: BindOptions<T>): Promise<readonly T[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await bindEach(options);
    } catch (error) {
      const taken = error instanceof AppError && error.detail.errorCode === "ADDRESS_IN_USE";
      if (!taken || options.port !== 0 || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

async function bindEach<T extends Bound>({ service, addresses, port, bind }: BindOptions<T>): Promise<readonly T[]> {
  const bound: T[] = [];
  let missing: AppError | undefined;
  for (const address of addresses) {
    const wanted = bound[0]?.port ?? port;
    try {
      bound.push(await bind(address, wanted));
    } catch (error) {
      const failure = bindError(error, service, address, wanted);
      if (isIPv6(address) && failure.detail.errorCode === "ADDRESS_UNAVAILABLE") {
        missing = failure;
        continue;
      }
      await Promise.all(bound.map((each) => each.close()));
      throw failure;
    }
  }
  if (bound.length === 0) throw missing ?? new AppError("configuration", `No address is given for the ${service} port`);
  return bound;
}

function bindError(error: unknown, service: string, address: string, port: number): AppError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const place = `${service} port ${port} on ${address}`;
  if (code === "EADDRINUSE") {
    const holder = describePortHolder(port) ?? "another program";
    return new AppError("unavailable", `${place} is in use by ${holder}; stop it or choose another port`, {
      errorCode: "ADDRESS_IN_USE",
    });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new AppError(
      "unavailable",
      `${place} may not be opened: ports below 1024 need CAP_NET_BIND_SERVICE or root`,
      {
        errorCode: "PORT_FORBIDDEN",
      },
    );
  }
  return new AppError("unavailable", `${place} cannot be opened: ${code || "unknown reason"}`, {
    errorCode: code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT" ? "ADDRESS_UNAVAILABLE" : "BIND_FAILED",
  });
}
