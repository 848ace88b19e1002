import { afterAll, afterEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPath } from "../../src/soap/xml-element.ts";
import { testWithNetwork } from "../support/conditional-tests.ts";
import { type DiscoveryReply, type DiscoveryTask, discoveryCommand, question } from "../support/discovery-peer.ts";
import { createNetwork, run, type TestHost } from "../support/network.ts";
import { OnvifClient } from "../support/onvif-client.ts";
import { ONVIF_NODE_MODULES } from "../support/onvif-peers.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { untilDiscoverable } from "../support/warm-up.ts";

const GROUP = "239.255.255.250";
/** Longer than any answer may be delayed, and some for slow machines. */
const WAIT_MS = 2000;
const TYPES = "<d:Types>dn:NetworkVideoTransmitter</d:Types>";
const PASSWORD = "correct horse battery";
const HERE: TestHost = { address: "127.0.0.1", prefix: [] };

const folders: string[] = [];
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function start(folder: string, host: TestHost = HERE, ...more: readonly string[]): Promise<TestServer> {
  const listen = host === HERE ? [] : ["--listen", "0.0.0.0,::", "--admin-password", PASSWORD];
  const server = await startServer(["--data-dir", folder, ...listen, ...more], {}, host.prefix);
  servers.push(server);
  if (!more.includes("--no-discovery")) await untilDiscoverable(server);
  return server;
}

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  folders.push(folder);
  return folder;
}

/** Sends from this host and collects the answers of the servers on these ports. */
function ask(
  host: TestHost,
  messages: readonly string[],
  { to = GROUP, local = host.address, waitMs = WAIT_MS } = {},
): readonly DiscoveryReply[] {
  const task: DiscoveryTask = { local, ask: { messages, to, waitMs } };
  const { stdout } = Bun.spawnSync([...host.prefix, ...discoveryCommand(task)]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** What an answer says between these tags. */
function told({ text }: DiscoveryReply, tag: string): string {
  return new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? "";
}

/** Endpoints by the ports of the services that the answers name. */
function endpoints(replies: readonly DiscoveryReply[]): ReadonlyMap<string, string> {
  return new Map(
    replies.map((reply) => [new URL(told(reply, "d:XAddrs").split(" ")[0] ?? "").port, told(reply, "wsa:Address")]),
  );
}

const portOf = (server: TestServer) => new URL(server.http).port;

test("two processes on one machine are found side by side, and stay who they are", async () => {
  const [one, two] = [dataFolder(), dataFolder()];
  const [first, second] = [await start(one), await start(two)];
  const found = endpoints(ask(HERE, [question("Probe", TYPES)]));
  const ids = [found.get(portOf(first)), found.get(portOf(second))];
  expect(new Set(ids).size).toBe(2);
  const client = new OnvifClient(first.http);
  const guid = findPath(await client.ask("tds:GetEndpointReference"), "tds:GUID")?.text;
  expect(ids[0]).toBe(guid ?? "none");
  await first.stop();
  servers.shift();
  const third = await start(one);
  expect(endpoints(ask(HERE, [question("Probe", TYPES)])).get(portOf(third))).toBe(ids[0]);

  const address = (id = "") => `<a:EndpointReference><a:Address>${id}</a:Address></a:EndpointReference>`;
  const resolved = ask(HERE, [question("Resolve", address(ids[1]))]);
  expect([...endpoints(resolved)]).toEqual([[portOf(second), ids[1] ?? ""]]);
  expect(resolved[0]?.text).toContain("<d:ResolveMatch>");
});

test("a Probe is answered where its types and scopes fit", async () => {
  const server = await start(dataFolder());
  const client = new OnvifClient(server.http);
  await client.ask("tds:SetScopes", "<tds:Scopes>onvif://www.onvif.org/name/Front%20door</tds:Scopes>");
  const scopes = (text: string, rule?: string) =>
    `<d:Scopes${rule === undefined ? "" : ` MatchBy="${rule}"`}>${text}</d:Scopes>`;
  const rules = "http://schemas.xmlsoap.org/ws/2005/04/discovery";
  const expected = [
    ["", true],
    ["<d:Types>tds:Device dn:NetworkVideoTransmitter</d:Types>", true],
    ["<d:Types>dn:NetworkVideoDisplay</d:Types>", false],
    [scopes("ONVIF://www.onvif.org/name", `${rules}/rfc3986`), true],
    [scopes("onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/name/Front%20door"), true],
    [scopes("onvif://www.onvif.org/na"), false],
    [scopes("onvif://www.onvif.org/name", `${rules}/strcmp0`), false],
    [scopes("onvif://www.onvif.org/name/Front%20door", `${rules}/strcmp0`), true],
    [scopes("onvif://www.onvif.org/name", `${rules}/ldap`), false],
  ] as const;
  const probes = expected.map(([content], index) => question("Probe", content, `urn:test:${portOf(server)}:${index}`));
  const matches = ask(HERE, probes).filter((reply) => endpoints([reply]).has(portOf(server)));
  const answered = new Set(matches.map((reply) => told(reply, "wsa:RelatesTo")));
  expect(expected.map(([content], index) => [content, answered.has(`urn:test:${portOf(server)}:${index}`)])).toEqual(
    expected.map(([content, isFound]) => [content, isFound]),
  );
});

test("a message is answered once, and nobody is told of what is not to be discovered", async () => {
  const server = await start(dataFolder());
  const client = new OnvifClient(server.http);
  const isFound = () => endpoints(ask(HERE, [question("Probe", TYPES)])).has(portOf(server));
  const same = question("Probe", TYPES);
  const replies = ask(HERE, [same, same, same]).filter((reply) => endpoints([reply]).has(portOf(server)));
  expect(replies).toHaveLength(1);
  expect(replies[0]?.text).toContain("<wsa:RelatesTo>");
  const mode = (word: string) => `<tds:DiscoveryMode>${word}</tds:DiscoveryMode>`;
  await client.ask("tds:SetDiscoveryMode", mode("NonDiscoverable"));
  expect(isFound()).toBe(false);
  await client.ask("tds:SetDiscoveryMode", mode("Discoverable"));
  expect(isFound()).toBe(true);
});

test("a flood of questions gets few answers, and nothing that cannot be read stops the server", async () => {
  const server = await start(dataFolder());
  const noise = ["", "<", "<a/>", "\0\u0001", question("Probe").replace("d:Probe>", "d:Hello>"), "x".repeat(9000)];
  const many = Array.from({ length: 60 }, () => question("Probe", TYPES));
  const replies = ask(HERE, [...noise, ...many]).filter((reply) => endpoints([reply]).has(portOf(server)));
  expect(replies.length).toBeGreaterThan(5);
  expect(replies.length).toBeLessThanOrEqual(14);
  expect((await fetch(`${server.http}/health`)).status).toBe(200);
});

test("with --no-discovery nobody answers", async () => {
  const server = await start(dataFolder(), HERE, "--no-discovery");
  expect(endpoints(ask(HERE, [question("Probe", TYPES)])).has(portOf(server))).toBe(false);
});

testWithNetwork("onvif")(
  "other machines find it with npm's clients, at its address in their subnet; foreign subnets do not",
  async () => {
    using network = createNetwork();
    const { camera, viewer } = network;
    await using heard = listen(viewer);
    await heard.ready;
    const folders = [dataFolder(), dataFolder()];
    const servers = [await start(folders[0] ?? "", camera), await start(folders[1] ?? "", camera)];
    const xAddrs = servers.map((server) => `http://${camera.address}:${portOf(server)}/onvif/device_service`).sort();
    await until(() => heard.messages.filter(({ text }) => text.includes("<d:Hello>")).length >= 4);

    const npm = node(
      viewer,
      "require('onvif').Discovery.probe({ timeout: 2000, resolve: false }, (error, found) => console.log(JSON.stringify(found.map((one) => one.probeMatches.probeMatch.XAddrs))))",
    );
    expect([...npm].sort()).toEqual(xAddrs);
    const futomi = node(
      viewer,
      "require('node-onvif').startProbe().then((found) => console.log(JSON.stringify(found.flatMap((one) => one.xaddrs))))",
    );
    expect([...futomi].sort()).toEqual(xAddrs);
    expect(endpoints(ask(viewer, [question("Probe", TYPES)], { to: camera.address })).size).toBe(1);

    const link = linkOf(viewer);
    const ipv6 = ask(viewer, [question("Probe", TYPES)], { to: `ff02::c%${link}`, local: `::%${link}` });
    expect(ipv6.map((reply) => new URL(told(reply, "d:XAddrs")).port).sort()).toEqual(servers.map(portOf).sort());
    for (const reply of ipv6) expect(told(reply, "d:XAddrs")).toStartWith("http://[fe80::");

    // another subnet on the same cable, and a way back for the answer
    run(...cmd(viewer, "ip", "address", "add", "198.18.9.5/24", "dev", link));
    const own = linkOf(camera);
    run(...cmd(camera, "ip", "route", "add", "198.18.9.0/24", "dev", own));
    for (const to of [GROUP, camera.address])
      expect(ask(viewer, [question("Probe", TYPES)], { to, local: "198.18.9.5" })).toEqual([]);

    const version = (reply: DiscoveryReply | undefined) => Number(reply && told(reply, "d:MetadataVersion"));
    const before = ask(viewer, [question("Probe", TYPES)])[0];
    const id = before && told(before, "wsa:Address");
    run(...cmd(camera, "ip", "address", "add", "10.213.7.9/24", "dev", own));
    const says = (one: DiscoveryReply) =>
      told(one, "wsa:Address") === id && told(one, "d:XAddrs").includes("http://10.213.7.9:");
    await until(() => heard.messages.some(says));
    const after = ask(viewer, [question("Probe", TYPES)]).find((one) => told(one, "wsa:Address") === id);
    expect(version(after)).toBeGreaterThan(version(before));
    expect(after && told(after, "d:XAddrs")).toContain("http://10.213.7.9:");

    const ends = heard.messages.length;
    await servers[0]?.stop();
    await until(() => heard.messages.slice(ends).some(({ text }) => text.includes("<d:Bye>")));
  },
);

testWithNetwork()(
  "interfaces come and go: each is told its own address, and one that came back is heard again",
  async () => {
    using network = createNetwork();
    const { camera, viewer } = network;
    const server = await start(dataFolder(), camera);
    const isFound = () => endpoints(ask(viewer, [question("Probe", TYPES)], { waitMs: 700 })).has(portOf(server));
    await until(isFound);
    const [link, other] = [linkOf(camera), linkOf(viewer)];
    const [name = "", peer = ""] = [camera, viewer].map(({ prefix }) => prefix.at(-1));
    run("ip", "link", "add", "second", "netns", name, "type", "veth", "peer", "name", "second", "netns", peer);
    for (const [namespace, address] of [
      [name, "10.213.8.1"],
      [peer, "10.213.8.2"],
    ] as const) {
      run("ip", "-n", namespace, "address", "add", `${address}/24`, "dev", "second");
      run("ip", "-n", namespace, "link", "set", "second", "up");
    }
    const xAddrs = (local: string) =>
      ask(viewer, [question("Probe", TYPES)], { local, waitMs: 700 }).map((reply) => told(reply, "d:XAddrs"));
    await until(() => xAddrs("10.213.8.2").length > 0, 20_000);
    const service = (address: string) => [`http://${address}:${portOf(server)}/onvif/device_service`];
    expect(xAddrs("10.213.8.2")).toEqual(service("10.213.8.1"));
    expect(xAddrs(viewer.address)).toEqual(service(camera.address));
    run("ip", "-n", name, "link", "delete", link); // and the other end with it
    run("ip", "link", "add", link, "netns", name, "type", "veth", "peer", "name", other, "netns", peer);
    for (const [namespace, device, { address }] of [
      [name, link, camera],
      [peer, other, viewer],
    ] as const) {
      run("ip", "-n", namespace, "address", "add", `${address}/24`, "dev", device);
      run("ip", "-n", namespace, "link", "set", device, "up");
      run("ip", "-n", namespace, "route", "add", "224.0.0.0/4", "dev", device);
    }
    await until(isFound, 20_000);
  },
);

/** The interface that has a host's address. */
function linkOf(host: TestHost): string {
  const shown = run(...cmd(host, "ip", "-o", "address", "show", "to", host.address));
  return /^\d+: (\w+)/.exec(shown)?.[1] ?? "";
}

function cmd({ prefix }: TestHost, ...command: readonly string[]): [string, ...string[]] {
  const [program = "", ...args] = [...prefix, ...command];
  return [program, ...args];
}

/** What a script of Node prints as a list. */
function node({ prefix }: TestHost, script: string): readonly string[] {
  const { stdout, stderr } = Bun.spawnSync([...prefix, "node", "-e", script], {
    env: { ...process.env, NODE_PATH: ONVIF_NODE_MODULES },
    timeout: 20_000,
  });
  if (stdout.length === 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}

/** Collects what is said to the group on a host's link. */
function listen(host: TestHost) {
  const messages: DiscoveryReply[] = [];
  const ready = Promise.withResolvers<void>();
  const child = Bun.spawn([...host.prefix, ...discoveryCommand({ local: host.address })], { stdout: "pipe" });
  const reading = (async () => {
    let rest = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "{}") ready.resolve();
        else messages.push(JSON.parse(line));
      }
    }
  })();
  return {
    messages,
    ready: ready.promise,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await reading;
    },
  };
}
