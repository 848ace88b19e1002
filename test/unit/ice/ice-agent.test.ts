import { describe, expect, test } from "bun:test";
import { candidatePriority } from "../../../src/ice/candidate.ts";
import type { LocalPath } from "../../../src/ice/candidate-pair.ts";
import { localUfragOf } from "../../../src/ice/check-request.ts";
import { createIceCredentials } from "../../../src/ice/credentials.ts";
import { END_SILENCE_MS, type IceAgent, PAUSE_SILENCE_MS } from "../../../src/ice/ice-agent.ts";
import {
  attributeOf,
  errorNumberOf,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  type StunMessage,
  xorAddressOf,
} from "../../../src/ice/stun-message.ts";
import { StunWriter } from "../../../src/ice/stun-writer.ts";
import { createAgent, crypto, hostPath, IceNetwork, introduce } from "../../support/ice-network.ts";

const OUR_PATH = hostPath("10.0.0.1", 8189);
const REMOTE = { ufrag: "AbCd", password: "0123456789abcdefghijklmn" };
const FROM = { address: "10.0.0.9", port: 50000 };

interface Check {
  readonly username?: string;
  readonly password?: string;
  readonly priority?: number;
  readonly nominate?: boolean;
  readonly role?: number;
  readonly more?: (writer: StunWriter) => void;
}

/** A check as the peer of `agent` sends it. */
function checkFor(agent: IceAgent, check: Check = {}): StunMessage {
  const writer = new StunWriter("request", 1, crypto.randomBytes(12));
  writer.addText(STUN_ATTRIBUTE.username, check.username ?? `${agent.local.ufrag}:${REMOTE.ufrag}`);
  writer.addUint32(STUN_ATTRIBUTE.priority, check.priority ?? 1845501695);
  writer.addUint64(check.role ?? STUN_ATTRIBUTE.iceControlling, 5n);
  if (check.nominate) writer.add(STUN_ATTRIBUTE.useCandidate, new Uint8Array());
  check.more?.(writer);
  const bytes = writer.finish(new TextEncoder().encode(check.password ?? agent.local.password), crypto);
  return parseStun(bytes) as StunMessage;
}

function createLite(): IceAgent {
  const agent = createAgent("lite", false, [OUR_PATH]);
  agent.setRemote(REMOTE);
  return agent;
}

function answerTo(agent: IceAgent, message: StunMessage, from = FROM, nowMs = 0): StunMessage | undefined {
  const [datagram, ...rest] = agent.receive(message, OUR_PATH, from, nowMs);
  expect(rest).toEqual([]);
  return datagram && parseStun(datagram.bytes);
}

describe("lite agent", () => {
  test("answers an authentic check, with integrity, and selects what the peer nominates", () => {
    const agent = createLite();
    const check = checkFor(agent);
    expect(localUfragOf(check)).toBe(agent.local.ufrag);
    const answer = answerTo(agent, check);
    expect(answer?.class).toBe("success");
    expect(answer?.transactionId.toHex()).toBe(check.transactionId.toHex());
    expect(answer && xorAddressOf(answer, STUN_ATTRIBUTE.xorMappedAddress)).toEqual(FROM);
    expect(answer && hasIntegrity(answer, new TextEncoder().encode(agent.local.password), crypto)).toBe(true);
    expect(agent.selected(0)).toBeUndefined();
    answerTo(agent, checkFor(agent, { nominate: true }));
    expect(agent.selected(0)?.remote).toEqual(FROM);
    expect(agent.tick(1000)).toEqual([]);
  });

  test("follows the highest-priority nominated pair, and the next while that one is silent", () => {
    const agent = createLite();
    const other = { address: "10.0.0.8", port: 40000 };
    answerTo(agent, checkFor(agent, { nominate: true, priority: 1000 }));
    answerTo(agent, checkFor(agent, { nominate: true, priority: 2000 }), other);
    expect(agent.selected(0)?.remote).toEqual(other);
    answerTo(agent, checkFor(agent, { nominate: true, priority: 1000 }), FROM, PAUSE_SILENCE_MS);
    expect(agent.selected(PAUSE_SILENCE_MS)?.remote).toEqual(FROM);
  });

  test("keeps silent to whoever does not know the password or names other sessions", () => {
    const agent = createLite();
    const wrong: readonly Check[] = [
      { password: "0123456789abcdefghijklmo", nominate: true },
      { password: REMOTE.password, nominate: true },
      { username: `other:${REMOTE.ufrag}`, nominate: true },
      { username: `${agent.local.ufrag}:other`, nominate: true },
      { username: agent.local.ufrag, nominate: true },
      { username: "", nominate: true },
    ];
    for (const check of wrong) expect(answerTo(agent, checkFor(agent, check))).toBeUndefined();
    const bare = new StunWriter("request", 1, crypto.randomBytes(12)).addText(
      STUN_ATTRIBUTE.username,
      `${agent.local.ufrag}:${REMOTE.ufrag}`,
    );
    expect(answerTo(agent, parseStun(bare.finish(undefined, crypto)) as StunMessage)).toBeUndefined();
    expect(agent.describe(0)).toEqual([]);
    expect(agent.silenceMs(0)).toBeUndefined();
  });

  test("answers before it knows the peer, then believes only that peer", () => {
    const agent = createAgent("lite", false, [OUR_PATH]);
    expect(answerTo(agent, checkFor(agent, { nominate: true }))?.class).toBe("success");
    agent.setRemote({ ...REMOTE, ufrag: "else" });
    expect(answerTo(agent, checkFor(agent, { nominate: true }))).toBeUndefined();
  });

  test("says what is wrong only to the peer itself", () => {
    const agent = createLite();
    const unknown = answerTo(agent, checkFor(agent, { more: (writer) => writer.addUint32(0x7abc, 1) }));
    expect(unknown && errorNumberOf(unknown)).toBe(420);
    expect(unknown && attributeOf(unknown, STUN_ATTRIBUTE.unknownAttributes)?.toHex()).toBe("7abc");
    const conflict = answerTo(agent, checkFor(agent, { role: STUN_ATTRIBUTE.iceControlled }));
    expect(conflict && errorNumberOf(conflict)).toBe(487);
    expect(agent.describe(0)).toEqual([]);
  });

  test("pauses after 15 s of silence, and tells how long it lasts", () => {
    const agent = createLite();
    answerTo(agent, checkFor(agent, { nominate: true }));
    expect(agent.selected(PAUSE_SILENCE_MS - 1)).toBeDefined();
    expect(agent.selected(PAUSE_SILENCE_MS)).toBeUndefined();
    expect(agent.silenceMs(END_SILENCE_MS)).toBe(END_SILENCE_MS);
    answerTo(agent, checkFor(agent), FROM, 20_000);
    expect(agent.selected(20_000)?.remote).toEqual(FROM);
  });

  test("bounds candidates and pairs", () => {
    const agent = createLite();
    const line = (port: number) => `1 1 udp 2113937151 10.1.1.1 ${port} typ host`;
    for (let port = 1; port <= 64; port += 1) expect(agent.addRemoteCandidate(line(port))).toBeUndefined();
    expect(agent.addRemoteCandidate(line(65))).toBe("too many");
    expect(agent.addRemoteCandidate(line(64))).toBeUndefined();
    for (let port = 1; port <= 1000; port += 1) answerTo(agent, checkFor(agent), { address: "10.2.2.2", port });
    expect(agent.describe(0).length).toBe(128);
  });

  test("names the candidate behind a pair, and forgets a closed connection", () => {
    const agent = createLite();
    agent.addRemoteCandidate(`1 1 udp 2113937151 ${FROM.address} ${FROM.port} typ host`);
    answerTo(agent, checkFor(agent, { nominate: true }));
    expect(agent.describe(0).map(({ remote, selected }) => [remote.type, selected])).toEqual([["host", true]]);
    agent.removePath(OUR_PATH);
    expect(agent.selected(0)).toBeUndefined();
  });
});

describe("full agents", () => {
  const pathsA = [hostPath("10.0.0.1", 1, 2), hostPath("2001:db8::1", 1, 1)];
  const pathsB = [hostPath("10.0.0.2", 2, 2), hostPath("2001:db8::2", 2, 1)];

  function connect(a: IceAgent, b: IceAgent) {
    introduce(a, b, { a: pathsA, b: pathsB });
    return new IceNetwork([
      { agent: a, paths: pathsA },
      { agent: b, paths: pathsB },
    ]);
  }

  test("connect, nominate the best pair and keep consent fresh", () => {
    const [a, b] = [createAgent("full", true, pathsA), createAgent("full", false, pathsB)];
    const network = connect(a, b);
    network.run(1500);
    expect([a.selected(network.nowMs)?.remote, b.selected(network.nowMs)?.remote]).toEqual([
      { address: "10.0.0.2", port: 2 },
      { address: "10.0.0.1", port: 1 },
    ]);
    const before = network.delivered;
    network.run(120_000);
    expect(a.silenceMs(network.nowMs)).toBeLessThan(6000);
    expect(b.silenceMs(network.nowMs)).toBeLessThan(6000);
    // consent in both directions, each 5 s, and nothing beside it
    expect(network.delivered - before).toBeLessThan(120);
  });

  test("take the way that is open", () => {
    const [a, b] = [createAgent("full", true, pathsA), createAgent("full", false, pathsB)];
    const network = connect(a, b);
    network.passes = (_from, to) => to.includes(":");
    network.run(10_000);
    expect(a.selected(network.nowMs)?.remote.address).toBe("2001:db8::2");
    const blocked = a.describe(network.nowMs).find(({ remote }) => remote.address === "10.0.0.2");
    expect([blocked?.state, blocked?.failure]).toEqual(["failed", "no answer to our checks"]);
  });

  test("use a relay that comes later, and another when it is gone, though the peer named no candidates", () => {
    const [a, b] = [createAgent("full", true, pathsA), createAgent("full", false, pathsB)];
    const relays = [7, 8].map((port) => ({
      id: `203.0.113.9 ${port}`,
      candidate: {
        ...hostPath("203.0.113.9", port).candidate,
        priority: candidatePriority("relay", "udp", 1),
      },
    })) as [LocalPath, LocalPath];
    const [first, second] = relays;
    introduce(a, b, { a: [...pathsA, first], b: [] });
    const network = new IceNetwork([
      { agent: a, paths: [...pathsA, ...relays] },
      { agent: b, paths: pathsB },
    ]);
    // nothing gets through but what a relay passes on
    let open: LocalPath | undefined;
    network.passes = (from, to) => open !== undefined && [from, to].includes(open.id);
    network.run(1000);
    expect(a.selected(network.nowMs)).toBeUndefined();
    a.addPath(first);
    open = first;
    network.run(3000);
    expect(a.selected(network.nowMs)?.path).toBe(first);
    expect(b.selected(network.nowMs)?.remote).toEqual({ address: "203.0.113.9", port: 7 });
    a.removePath(first);
    open = second;
    network.run(1000);
    expect(a.selected(network.nowMs)).toBeUndefined();
    a.addPath(second);
    network.run(3000);
    expect(a.selected(network.nowMs)?.path).toBe(second);
    network.run(PAUSE_SILENCE_MS);
    expect(b.selected(network.nowMs)?.remote).toEqual({ address: "203.0.113.9", port: 8 });
    expect(a.describe(network.nowMs).some(({ local }) => local.port === 7)).toBe(false);
  });

  test("survive the loss of every third datagram", () => {
    const [a, b] = [createAgent("full", true, pathsA), createAgent("full", false, pathsB)];
    const network = connect(a, b);
    let count = 0;
    network.passes = () => ++count % 3 !== 0;
    network.run(8000);
    expect(a.selected(network.nowMs)).toBeDefined();
    expect(b.selected(network.nowMs)).toBeDefined();
  });

  for (const role of [true, false]) {
    test(`settle their roles when both believe to be ${role ? "controlling" : "controlled"}`, () => {
      const [a, b] = [createAgent("full", role, pathsA), createAgent("full", role, pathsB)];
      const network = connect(a, b);
      network.run(3000);
      expect(a.isControlling).not.toBe(b.isControlling);
      expect(a.selected(network.nowMs)).toBeDefined();
      expect(b.selected(network.nowMs)).toBeDefined();
    });
  }

  test("connect to a lite agent, which never checks", () => {
    const [a, lite] = [createAgent("full", true, pathsA), createAgent("lite", true, pathsB)];
    const network = connect(a, lite);
    network.run(1500);
    expect(lite.selected(network.nowMs)?.remote.address).toBe("10.0.0.1");
    expect(lite.isControlling).toBe(false);
    network.passes = () => false;
    network.run(PAUSE_SILENCE_MS + 5000);
    expect(lite.selected(network.nowMs)).toBeUndefined();
    expect(a.selected(network.nowMs)).toBeUndefined();
  });

  test("learn a peer that named no candidates", () => {
    const [a, b] = [createAgent("full", true, pathsA), createAgent("full", false, pathsB)];
    introduce(a, b, { a: [], b: pathsB });
    const network = new IceNetwork([
      { agent: a, paths: pathsA },
      { agent: b, paths: pathsB },
    ]);
    network.run(1500);
    expect(b.selected(network.nowMs)?.remoteType).toBe("prflx");
  });

  test("believe no answer of another password, transaction or way", () => {
    const a = createAgent("full", true, [OUR_PATH]);
    a.setRemote(REMOTE);
    a.addRemoteCandidate(`1 1 udp 2113937151 ${FROM.address} ${FROM.port} typ host`);
    const [check] = a.tick(0);
    const id = parseStun(check?.bytes ?? new Uint8Array())?.transactionId ?? new Uint8Array();
    const answer = (transaction: Uint8Array, password: string) =>
      parseStun(
        new StunWriter("success", 1, transaction)
          .addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, FROM)
          .finish(new TextEncoder().encode(password), crypto),
      ) as StunMessage;
    expect(localUfragOf(answer(id, ""))).toBe(a.local.ufrag);
    a.receive(answer(id, createIceCredentials(crypto).password), OUR_PATH, FROM, 1);
    a.receive(answer(crypto.randomBytes(12), REMOTE.password), OUR_PATH, FROM, 1);
    expect(a.describe(1)[0]?.state).toBe("in-progress");
    a.receive(answer(id, REMOTE.password), OUR_PATH, { ...FROM, port: 1 }, 1);
    expect(a.describe(1)[0]?.failure).toBe("the answer took another way than the check");
  });
});
