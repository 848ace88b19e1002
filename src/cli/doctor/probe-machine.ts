import { dlopen } from "bun:ffi";
import { accessSync, constants, existsSync, readFileSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { hasCode } from "../../config/host-inputs.ts";
import { describePortHolder } from "../../config/port-holder.ts";
import type { ServerConfig } from "../../config/server-config.ts";
import { DISCOVERY_PORT } from "../../modules/onvif/discovery/responder.ts";
import type { ClockFacts, NetworkFacts, PortFacts, StorageFacts } from "./machine.ts";

/** Size of struct timex with its reserve, and the state that adjtimex returns while nothing disciplines the clock. */
const TIMEX_BYTES = 208;
const TIME_ERROR = 5;

/** Binds every port of this version's services for a moment, unless this process serves there. */
export async function probeNetwork(config: ServerConfig, isServing = false): Promise<NetworkFacts> {
  const { listen, httpPort, httpsPort, rtspPort, rtspsPort, webrtcPort } = config.server;
  const services = [
    { service: "HTTP", port: httpPort, transport: "tcp" },
    { service: "HTTPS", port: httpsPort, transport: "tcp" },
    { service: "RTSP", port: rtspPort, transport: "tcp" },
    { service: "RTSPS", port: rtspsPort, transport: "tcp" },
    { service: "WebRTC", port: webrtcPort, transport: "udp" },
    { service: "WebRTC", port: webrtcPort, transport: "tcp" },
  ] as const;
  const ports: PortFacts[] = [];
  // one after the other: "::" would be in the way of "0.0.0.0"
  for (const one of services)
    for (const address of listen)
      ports.push(
        isServing ? { ...one, address, outcome: "served", holder: undefined } : await probePort({ ...one, address }),
      );
  return {
    ports,
    loopbackOnly: config.loopbackOnly,
    discoveryPort: config.discovery ? DISCOVERY_PORT : undefined,
    firewall: firewall(),
    executable: process.execPath,
  };
}

async function probePort(place: Pick<PortFacts, "service" | "address" | "port" | "transport">): Promise<PortFacts> {
  const { address, port, transport } = place;
  const facts = { ...place, holder: undefined };
  try {
    await bindForAMoment(address, port, transport);
    return { ...facts, outcome: "free" };
  } catch (error) {
    if (hasCode(error, "EACCES", "EPERM")) return { ...facts, outcome: "forbidden" };
    if (hasCode(error, "EADDRINUSE"))
      return { ...facts, outcome: "in-use", holder: describePortHolder(port, transport) };
    const isIpv6 = address.includes(":");
    if (isIpv6 && !existsSync("/proc/net/if_inet6")) return { ...facts, outcome: "no-ipv6" };
    return { ...facts, outcome: "no-address" };
  }
}

/** Throws what the system says, as `code` of the error. */
async function bindForAMoment(hostname: string, port: number, transport: PortFacts["transport"]): Promise<void> {
  if (transport === "tcp") Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
  else (await Bun.udpSocket({ hostname, port })).close();
}

function firewall(): NetworkFacts["firewall"] {
  if (/^ENABLED=yes/m.test(textOf("/etc/ufw/ufw.conf"))) return "ufw";
  return existsSync("/run/firewalld") ? "firewalld" : "none-found";
}

/** Looks at the data folder without making it. */
export function probeStorage(config: ServerConfig): StorageFacts {
  let existing = config.dataFolder;
  while (!existsSync(existing) && existing !== "/") existing = dirname(existing);
  const { bsize, bavail, blocks } = statfsSync(existing);
  const totalBytes = blocks * bsize;
  const { minFreeBytes, minFreePercent } = config.recording;
  return {
    folder: config.dataFolder,
    existing,
    writable: isWritable(existing),
    freeBytes: bavail * bsize,
    totalBytes,
    minFreeBytes: Math.max(minFreeBytes, (totalBytes * minFreePercent) / 100),
  };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Asks the kernel, whoever keeps its time. */
export function probeClock(nowMs: number): ClockFacts {
  const libc = dlopen("libc.so.6", { adjtimex: { args: ["ptr"], returns: "i32" } });
  const state = libc.symbols.adjtimex(new Uint8Array(TIMEX_BYTES));
  return { synchronized: state < 0 ? undefined : state !== TIME_ERROR, nowMs };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
