import { isIPv6 } from "node:net";
import { type Bound, bindAddresses } from "../config/bind-addresses.ts";
import type { HttpApp } from "./app.ts";

/** Idle and half-sent requests are closed after this; Bun rounds to steps of a few seconds. */
const IDLE_TIMEOUT_SECONDS = 30;
/** Bodies are bounded by each route; this only keeps Bun from answering first, in its own words. */
const MAX_BODY_BYTES = Number.MAX_SAFE_INTEGER;
/** SIGTERM ends the process within 5 s, other parts included; answers that take longer are cut. */
const STOP_DEADLINE_MS = 3_000;

/** A running HTTP front. */
export interface HttpListener {
  /** The same on every address. */
  readonly port: number;
  readonly addresses: readonly string[];
  /** Takes no new requests, lets running ones finish for up to 3 s, then closes every connection. */
  stop(): Promise<void>;
}

/** Serves on one port of every address, each with an app of its own. Throws AppError `unavailable` with host and port. */
export async function listenHttp(options: {
  readonly addresses: readonly string[];
  /** 0: any free one. */
  readonly port: number;
  readonly createApp: () => HttpApp;
}): Promise<HttpListener> {
  const { addresses, port, createApp } = options;
  const servers = await bindAddresses({
    service: "HTTP",
    addresses,
    port,
    bind: (address, wanted) => serve(createApp(), address, wanted),
  });
  return {
    port: servers[0]?.port ?? port,
    addresses: servers.map(({ address }) => address),
    stop: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

function serve(app: HttpApp, address: string, port: number): Bound & { readonly address: string } {
  app.listen({
    hostname: address,
    port,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    maxRequestBodySize: MAX_BODY_BYTES,
    // Elysia's default shares the port with any other server instead of reporting that it is in use.
    reusePort: false,
    ipv6Only: isIPv6(address),
  });
  const { server } = app;
  if (server?.port === undefined) throw new Error("Elysia did not start its server");
  return { address, port: server.port, close: () => drain(server) };
}

async function drain(server: NonNullable<HttpApp["server"]>): Promise<void> {
  const drained = server.stop(false);
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STOP_DEADLINE_MS);
  await Promise.race([drained, deadline]);
  clearTimeout(timer);
  await server.stop(true);
}
