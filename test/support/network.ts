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
}

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
  return {
    camera: hostOf(camera),
    viewer: hostOf(viewer),
    [Symbol.dispose]: () => {
      for (const { name } of [camera, viewer]) ip("netns", "delete", name);
    },
  };
}

function ip(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}
