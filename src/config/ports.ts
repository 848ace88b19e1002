import type { ConfigInputs } from "./config-inputs.ts";
import type { ServerConfig } from "./server-config.ts";

type PortName = "httpPort" | "httpsPort" | "rtspPort" | "rtspsPort";
type Server = ServerConfig["server"];

/** The services with a well-known port and the port they take where that one is not to be had. */
const SERVICES: readonly { readonly name: PortName; readonly key: string; readonly fallback: number }[] = [
  { name: "httpPort", key: "server.http_port", fallback: 8080 },
  { name: "httpsPort", key: "server.https_port", fallback: 8443 },
  { name: "rtspPort", key: "server.rtsp_port", fallback: 8554 },
  { name: "rtspsPort", key: "server.rtsps_port", fallback: 8322 },
];

/** The ports to ask for, and what to tell about them. */
export interface PortChoice {
  readonly ports: Partial<Pick<Server, PortName>>;
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** Replaces default ports by high ones: in a demo, and without the right to the low ones. Ports that were asked for stay as they are. */
export function choosePorts(
  server: Server,
  isGiven: (name: string) => boolean,
  { flags, executable, mayBindLowPorts }: Pick<ConfigInputs, "flags" | "executable" | "mayBindLowPorts">,
): PortChoice {
  const open = SERVICES.filter((service) => !isGiven(service.key));
  const demo = flags.demo && !flags.standardPorts;
  const refused = !demo && open.length > 0 && !mayBindLowPorts();
  const ports: Partial<Record<PortName, number>> = {};
  if (demo || refused) for (const service of open) ports[service.name] = service.fallback;
  const chosen = SERVICES.map((service) => ports[service.name] ?? server[service.name]).concat(server.webrtcPort);
  const twice = chosen.find((port, index) => port !== 0 && chosen.indexOf(port) !== index);
  const replaced = open.map((service) => `${server[service.name]}→${service.fallback}`);
  return {
    ports,
    warnings: refused ? [lowPortsWarning(replaced, executable)] : [],
    problems: twice === undefined ? [] : [`port ${twice} is given to two services; each TCP port can have only one`],
  };
}

function lowPortsWarning(replaced: readonly string[], executable: string): string {
  return (
    `No right to bind ports below 1024, using others instead (${replaced.join(", ")}). Two fixes: give the executable the right with ` +
    `\`sudo setcap cap_net_bind_service=+ep ${executable}\`, or let everybody bind them with ` +
    "`sudo sysctl net.ipv4.ip_unprivileged_port_start=80`."
  );
}
