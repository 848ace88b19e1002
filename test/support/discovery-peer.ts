import { createSocket } from "node:dgram";
import { NAMESPACES } from "../../src/soap/namespaces.ts";

/** What this program does, as its one argument in JSON. */
export interface DiscoveryTask {
  /** The address that it sends from and joins the group on; in IPv6 `::%eth0`, for a link. */
  readonly local: string;
  /** Undefined: listens to the group and prints what comes until it is ended. */
  readonly ask?: { readonly messages: readonly string[]; readonly to: string; readonly waitMs: number };
}

/** An answer, or a message to the group, as the program prints it in a line of JSON. */
export interface DiscoveryReply {
  readonly text: string;
  readonly address: string;
}

const GROUP = "239.255.255.250";
const PORT = 3702;
const DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery";

/** The command that runs a task. */
export function discoveryCommand(task: DiscoveryTask): readonly string[] {
  return [process.execPath, import.meta.path, JSON.stringify(task)];
}

/** A Probe or Resolve with this content, its types written with the prefixes `dn` and `tds`. */
export function question(
  kind: "Probe" | "Resolve",
  content = "",
  messageId = `urn:uuid:${crypto.randomUUID()}`,
): string {
  const declared = `xmlns:s="${NAMESPACES.env}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="${DISCOVERY}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="${NAMESPACES.tds}"`;
  const to = "urn:schemas-xmlsoap-org:ws:2005:04:discovery";
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope ${declared}><s:Header><a:MessageID>${messageId}</a:MessageID><a:To s:mustUnderstand="1">${to}</a:To><a:Action s:mustUnderstand="1">${DISCOVERY}/${kind}</a:Action></s:Header><s:Body><d:${kind}>${content}</d:${kind}></s:Body></s:Envelope>`;
}

function run({ local, ask }: DiscoveryTask): void {
  const isIpv6 = local.includes(":");
  const socket = createSocket({ type: isIpv6 ? "udp6" : "udp4", reuseAddr: ask === undefined });
  socket.on("message", (bytes, { address }) => {
    console.log(JSON.stringify({ text: bytes.toString(), address } satisfies DiscoveryReply));
  });
  socket.bind(ask === undefined ? PORT : 0, ask === undefined || isIpv6 ? undefined : local, () => {
    if (ask === undefined) {
      socket.addMembership(GROUP, local);
      console.log("{}");
      return;
    }
    if (ask.to === GROUP || isIpv6) socket.setMulticastInterface(local);
    for (const message of ask.messages) socket.send(message, PORT, ask.to);
    setTimeout(() => socket.close(), ask.waitMs);
  });
}

if (import.meta.main) run(JSON.parse(process.argv[2] ?? "{}"));
