import type { TestHost } from "./network.ts";
import { ip, run } from "./network.ts";

/** A camera and a viewer in networks of their own, with a router between. Disposing it removes them. */
export interface RoutedNetwork extends Disposable {
  readonly camera: TestHost;
  readonly viewer: TestHost;
  /** Its address on the viewer's side. */
  readonly router: TestHost;
  /** Lets the viewer reach this TCP port of the camera and nothing else; UDP of neither passes. */
  allowOnly(tcpPort: number): void;
  /** Drops every UDP datagram that the camera sends, but for those to `butPort`. */
  blockCameraUdp(butPort?: number): void;
  /** Puts the camera behind a NAT whose outside is `router`, with this TCP port passed in. UDP passes where the camera began, and to `udpPort` from anywhere, as a full-cone NAT has it. */
  hideCamera(tcpPort: number, options?: { readonly udpPort?: number }): void;
  /** Packets of the camera that were for anybody but the viewer, multicast aside, since the network was made. */
  strayPackets(): number;
}

/** Makes the network, in which at first everything passes. Throws with what `ip` or `nft` said when it cannot. */
export function createRoutedNetwork(): RoutedNetwork {
  const suffix = process.pid.toString(36);
  const camera = { name: `rrc${suffix}`, address: "10.214.1.2", link: `rra${suffix}`, gateway: "10.214.1.1" };
  const viewer = { name: `rrv${suffix}`, address: "198.18.2.2", link: `rrb${suffix}`, gateway: "198.18.2.1" };
  const router = `rrr${suffix}`;
  ip("netns", "add", router);
  for (const { name, address, link, gateway } of [camera, viewer]) {
    ip("netns", "add", name);
    ip("link", "add", link, "netns", name, "type", "veth", "peer", "name", link, "netns", router);
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "address", "add", `${address}/24`, "dev", link);
    ip("-n", name, "link", "set", link, "up");
    ip("-n", router, "address", "add", `${gateway}/24`, "dev", link);
    ip("-n", router, "link", "set", link, "up");
    ip("-n", name, "route", "add", "default", "via", gateway);
  }
  ip("-n", router, "link", "set", "lo", "up");
  const inRouter = ["ip", "netns", "exec", router] as const;
  run(...inRouter, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  const nft = (...commands: readonly string[]) => {
    for (const command of commands) run(...inRouter, "nft", command);
  };
  nft(
    "add table ip rd",
    "add chain ip rd in { type filter hook prerouting priority -300; }",
    `add rule ip rd in iifname ${camera.link} ip daddr != { ${viewer.address}, 224.0.0.0/4, 255.255.255.255 } counter`,
  );
  const forward = (...rules: readonly string[]) => {
    nft("add chain ip rd pass { type filter hook forward priority 0; policy drop; }");
    nft(...["ct state established,related accept", ...rules].map((rule) => `add rule ip rd pass ${rule}`));
  };
  const hostOf = (name: string, address: string): TestHost => ({ address, prefix: ["ip", "netns", "exec", name] });
  return {
    camera: hostOf(camera.name, camera.address),
    viewer: hostOf(viewer.name, viewer.address),
    router: hostOf(router, viewer.gateway),
    allowOnly: (tcpPort) => forward(`ip daddr ${camera.address} tcp dport ${tcpPort} accept`),
    blockCameraUdp: (butPort = 0) => nft(`add rule ip rd in iifname ${camera.link} udp dport != ${butPort} drop`),
    hideCamera: (tcpPort, { udpPort } = {}) => {
      nft(
        "add chain ip rd nat { type nat hook postrouting priority 100; }",
        `add rule ip rd nat oifname ${viewer.link} masquerade`,
        "add chain ip rd inward { type nat hook prerouting priority -100; }",
        `add rule ip rd inward iifname ${viewer.link} tcp dport ${tcpPort} dnat to ${camera.address}`,
      );
      if (udpPort !== undefined)
        nft(`add rule ip rd inward iifname ${viewer.link} udp dport ${udpPort} dnat to ${camera.address}`);
      forward(`iifname ${camera.link} accept`, "ct status dnat accept");
    },
    strayPackets: () => Number(/packets (\d+)/.exec(run(...inRouter, "nft", "list chain ip rd in"))?.[1]),
    [Symbol.dispose]: () => {
      for (const name of [camera.name, viewer.name, router]) ip("netns", "delete", name);
    },
  };
}
