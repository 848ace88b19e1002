import { isIPv6 } from "node:net";
import type { Server } from "bun";
import { type Bound, bindAddresses } from "../config/bind-addresses.ts";
import { type OpenServer, ReplaceablePort, type ReplaceableServer } from "../config/replaceable-port.ts";
import type { ServerTls } from "../config/server-tls.ts";
import type { HttpApp } from "./app.ts";
import { type SocketEvents, WEBSOCKETS } from "./upgrade.ts";

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

/** Serves on one port of every address. Throws AppError `unavailable` with host and port. */
export async function listenHttp(options: {
  readonly addresses: readonly string[];
  /** 0: any free one. */
  readonly port: number;
  readonly app: HttpApp;
}): Promise<HttpListener> {
  const { addresses, port, app } = options;
  const servers = await bindAddresses({
    service: "HTTP",
    addresses,
    port,
    bind: (address, wanted) => serve(app, address, wanted),
  });
  return {
    port: servers[0]?.port ?? port,
    addresses: servers.map(({ address }) => address),
    stop: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

/** A running HTTPS front. */
export interface HttpsListener extends HttpListener {
  /** Serves new connections with `tls`; those that are open live on with what they have. No connection is refused meanwhile. */
  replaceTls(tls: ServerTls): Promise<void>;
}

/** Serves HTTPS on one port of every address. Throws AppError `unavailable` with host and port. */
export async function listenHttps(options: {
  readonly addresses: readonly string[];
  /** 0: any free one. */
  readonly port: number;
  readonly tls: ServerTls;
  readonly app: HttpApp;
}): Promise<HttpsListener> {
  const { addresses, port, tls, app } = options;
  const opening =
    (certified: ServerTls): OpenServer<ReplaceableServer> =>
    (address, wanted, reusePort) => {
      const server = start(app, { hostname: address, port: wanted, reusePort, tls: certified });
      return { port: server.port ?? wanted, end: () => drain(server) };
    };
  const open = await ReplaceablePort.open({ service: "HTTPS", addresses, port, open: opening(tls) });
  return {
    port: open.port,
    addresses: open.addresses,
    replaceTls: (certified) => open.replace(opening(certified)),
    stop: () => open.stop(),
  };
}

function serve(app: HttpApp, address: string, port: number): Bound & { readonly address: string } {
  const server = start(app, { hostname: address, port, reusePort: false });
  return { address, port: server.port ?? port, close: () => drain(server) };
}

function start(
  { fetch }: HttpApp,
  place: { readonly hostname: string; readonly port: number; readonly reusePort: boolean; readonly tls?: ServerTls },
): Server<SocketEvents> {
  return Bun.serve({
    ...place,
    development: false,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    maxRequestBodySize: MAX_BODY_BYTES,
    ipv6Only: isIPv6(place.hostname),
    websocket: WEBSOCKETS,
    fetch,
  });
}

async function drain(server: Server<SocketEvents>): Promise<void> {
  const drained = server.stop(false);
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STOP_DEADLINE_MS);
  await Promise.race([drained, deadline]);
  clearTimeout(timer);
  await server.stop(true);
}
