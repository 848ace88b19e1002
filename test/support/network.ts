import { spawnSync } from "node:child_process";

/** A namespace of a test network with its one address. */
export interface TestHost {
  readonly address: string;
  /** What a command is put behind to run there. */
  readonly prefix: readonly string[];
}

/** Two hosts joined by a cable, apart from every other network. Disposing it removes them. */
export interface TestNetwork extends Disposable {
  readonly camera: TestHost;
  readonly viewer: TestHost;
  /** What goes from the camera to the viewer: `kbps` undefined: as much as it likes; `loss`: of UDP, 0–100 %; nothing from `closedTcpPort`. */
  trouble(trouble: { readonly kbps?: number; readonly loss?: number; readonly closedTcpPort?: number }): void;
}

/** A queue of this length is what home routers have at least. */
const QUEUE_MS = 300;

/** True where this user may make network namespaces. */
export function mayMakeNetworks(): boolean {
  return process.getuid?.() === 0;
}

/** Makes the network with multicast routes. Throws with what `ip` said when it cannot. */
export function createNetwork(): TestNetwork {
  const suffix = process.pid.toString(36);
  const camera = { name: `rdc${suffix}`, address: "10.213.7.1" };
  const viewer = { name: `rdv${suffix}`, address: "10.213.7.2" };
  const [first, second] = [`rda${suffix}`, `rdb${suffix}`];
  for (const { name } of [camera, viewer]) ip("netns", "add", name);
  ip("link", "add", first, "netns", camera.name, "type", "veth", "peer", "name", second, "netns", viewer.name);
  for (const [host, link] of [
    [camera, first],
    [viewer, second],
  ] as const) {
    ip("-n", host.name, "link", "set", "lo", "up");
    ip("-n", host.name, "address", "add", `${host.address}/24`, "dev", link);
    ip("-n", host.name, "link", "set", link, "up");
    ip("-n", host.name, "route", "add", "224.0.0.0/4", "dev", link);
  }
  const hostOf = ({ name, address }: typeof camera): TestHost => ({ address, prefix: ["ip", "netns", "exec", name] });
  const nft = (command: string) => run("ip", "netns", "exec", viewer.name, "nft", command);
  return {
    trouble: ({ kbps, loss = 0, closedTcpPort }) => {
      const shaped = ["root", "tbf", "rate", `${kbps}kbit`, "burst", "8kb", "latency", `${QUEUE_MS}ms`];
      const discipline = kbps === undefined ? ["root", "pfifo"] : shaped;
      run("ip", "netns", "exec", camera.name, "tc", "qdisc", "replace", "dev", first, ...discipline);
      const some = loss < 100 ? `numgen random mod 100 < ${loss}` : "";
      const udpRule = loss > 0 ? `add rule ip rd in ip protocol udp ${some} drop;` : "";
      const tcpRule = closedTcpPort === undefined ? "" : `add rule ip rd in tcp sport ${closedTcpPort} drop;`;
      // one transaction: between two nothing would be dropped
      nft(
        `add table ip rd; flush table ip rd; add chain ip rd in { type filter hook input priority 0; }; ${udpRule} ${tcpRule}`,
      );
    },
    camera: hostOf(camera),
    viewer: hostOf(viewer),
    [Symbol.dispose]: () => {
      for (const { name } of [camera, viewer]) ip("netns", "delete", name);
    },
  };
}

/** Runs `ip`. Throws with what it said where it fails. */
export function ip(...args: readonly string[]): void {
  run("ip", ...args);
}

/** Runs a program to its end and returns what it printed. Throws with what it said where it fails. */
export function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
