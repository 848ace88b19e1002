import type { NetworkInterfaceInfo } from "node:os";

/** Where a service really listens, "any" addresses included: `http://127.0.0.1:8080/`, `rtsp://[::1]:8554/stream1`. */
export interface ServiceAddress {
  readonly service: "http" | "https" | "rtsp" | "rtsps" | "webrtc";
  readonly url: string;
}

/** This machine's addresses, as of `os.networkInterfaces()`. */
export type MachineInterfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const ANY_IPV4 = "0.0.0.0";
const ANY_IPV6 = "[::]";
const NAMES = { http: "Page", https: "Page", rtsp: "Video", rtsps: "Video", webrtc: "" } as const;

/** What a person reads on the terminal when the server serves: addresses to open, one a line. WebRTC's is for browsers, not for people. */
export function welcomeLines(addresses: readonly ServiceAddress[], interfaces: MachineInterfaces): readonly string[] {
  const lines = addresses.flatMap((each) => {
    if (NAMES[each.service] === "") return [];
    return urlsToOpen(each, addresses, interfaces).map((url) => `  ${NAMES[each.service].padEnd(7)}${url}`);
  });
  return [...new Set(lines)];
}

/** An "any" address is one that nobody can open: those of the machine stand for it. IPv6 only where there is no IPv4. */
function urlsToOpen(
  { service, url }: ServiceAddress,
  addresses: readonly ServiceAddress[],
  interfaces: MachineInterfaces,
): readonly string[] {
  const { hostname } = new URL(url.replace(/^\w+/, "http"));
  const hasIpv4 = addresses.some((other) => other.service === service && other.url.includes(`//${ANY_IPV4}`));
  if (hostname === ANY_IPV4) return outward(interfaces, "IPv4", "127.0.0.1").map((host) => url.replace(ANY_IPV4, host));
  if (hostname !== ANY_IPV6) return [url];
  return hasIpv4 ? [] : outward(interfaces, "IPv6", "::1").map((host) => url.replace(ANY_IPV6, `[${host}]`));
}

function outward(interfaces: MachineInterfaces, wanted: "IPv4" | "IPv6", none: string): readonly string[] {
  const found = Object.values(interfaces)
    .flatMap((entries = []) => entries)
    .filter(({ family, internal, address }) => family === wanted && !internal && !/^fe80:/i.test(address))
    .map(({ address }) => address);
  return found.length === 0 ? [none] : found;
}
