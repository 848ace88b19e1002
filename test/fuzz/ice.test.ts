import { describe, expect, test } from "bun:test";
import { parseCandidate } from "../../src/ice/candidate.ts";
import { turnFrameBytes } from "../../src/ice/channel-message.ts";
import { localUfragOf } from "../../src/ice/check-request.ts";
import {
  errorNumberOf,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  textOf,
  uint32Of,
  uint64Of,
  unknownAttributesOf,
  xorAddressOf,
} from "../../src/ice/stun-message.ts";
import { StunWriter } from "../../src/ice/stun-writer.ts";
import { TurnClient } from "../../src/ice/turn-client.ts";
import { createAgent, crypto, hostPath } from "../support/ice-network.ts";
import { ScriptedTurnServer, TURN_LOGIN } from "../support/scripted-turn-server.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const INPUTS = process.env.RD_LONG === "1" ? 1_000_000 : 20_000;
const SEED = 20_260_102;
const DEADLINE_MS = 3_600_000;
const PATH = hostPath("10.0.0.1", 8189);
const FROM = { address: "10.0.0.9", port: 5000 };

/** Cuts, doubles, changes and inserts bytes; the length field is often put right so that attributes are reached. */
function mutated(random: SeededRandom, original: Uint8Array): Uint8Array {
  const bytes = [...original];
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(bytes.length + 1);
    const kind = random.below(4);
    if (kind === 0) bytes.splice(at, 1 + random.below(8));
    else if (kind === 1) bytes.splice(at, 0, ...Array.from({ length: random.below(9) }, () => random.below(256)));
    else if (kind === 2) bytes[at] = random.below(256);
    else bytes.splice(at, 0, ...bytes.slice(at, at + random.below(40)));
  }
  const result = Uint8Array.from(bytes);
  if (result.length >= 20 && random.below(4) > 0)
    new DataView(result.buffer).setUint16(2, Math.max(0, result.length - 20) & 0xffff);
  return result;
}

describe("STUN, mutated", () => {
  test(
    `${INPUTS} inputs: nothing thrown, nothing believed that was not made with the password`,
    () => {
      const random = new SeededRandom(SEED);
      const agents = (["lite", "full"] as const).map((mode) => createAgent(mode, true, [PATH]));
      let [read, answered] = [0, 0];
      for (let input = 0; input < INPUTS; input += 1) {
        const agent = random.pick(agents);
        const writer = new StunWriter(random.pick(["request", "success", "error"] as const), 1, crypto.randomBytes(12));
        writer.addText(STUN_ATTRIBUTE.username, `${agent.local.ufrag}:abcd`).addUint32(STUN_ATTRIBUTE.priority, 5);
        writer.addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, FROM).addError(487, "x");
        if (random.below(2) === 0) writer.add(STUN_ATTRIBUTE.useCandidate, new Uint8Array());
        const sealed = writer.finish(new TextEncoder().encode("x".repeat(24)), crypto);
        // mostly without FINGERPRINT, which would end nearly every one at once
        const bytes = mutated(random, random.below(4) === 0 ? sealed : sealed.slice(0, -8));
        const message = parseStun(bytes);
        if (message === undefined) continue;
        read += 1;
        localUfragOf(message);
        unknownAttributesOf(message);
        for (const { type } of message.attributes) {
          textOf(message, type);
          uint32Of(message, type);
          uint64Of(message, type);
          xorAddressOf(message, type);
        }
        errorNumberOf(message);
        expect(hasIntegrity(message, new TextEncoder().encode(agent.local.password), crypto)).toBe(false);
        answered += agent.receive(message, PATH, FROM, input).length;
      }
      expect(read).toBeGreaterThan(INPUTS / 50);
      expect(answered).toBe(0);
      for (const agent of agents) expect(agent.describe(INPUTS)).toEqual([]);
    },
    DEADLINE_MS,
  );

  test(
    "authentic checks with any attributes never break an agent and never grow it",
    () => {
      const random = new SeededRandom(SEED + 1);
      const agent = createAgent("full", true, [PATH]);
      agent.setRemote({ ufrag: "abcd", password: "0123456789abcdefghijklmn" });
      const types = Object.values(STUN_ATTRIBUTE).filter((type) => type !== STUN_ATTRIBUTE.fingerprint);
      for (let input = 0; input < INPUTS / 10; input += 1) {
        const writer = new StunWriter("request", 1, crypto.randomBytes(12));
        writer.addText(STUN_ATTRIBUTE.username, `${agent.local.ufrag}:abcd`);
        for (let count = random.below(6); count > 0; count -= 1)
          writer.add(
            random.pick(types),
            Uint8Array.from({ length: random.below(24) }, () => random.below(256)),
          );
        const message = parseStun(writer.finish(new TextEncoder().encode(agent.local.password), crypto));
        const from = { address: `10.0.0.${random.below(256)}`, port: 1 + random.below(65535) };
        if (message !== undefined) agent.receive(message, PATH, from, input);
        agent.tick(input);
      }
      expect(agent.describe(0).length).toBeLessThanOrEqual(128);
    },
    DEADLINE_MS,
  );
});

describe("a TURN client", () => {
  test(
    `${INPUTS} mutated messages of its server: nothing thrown, no relay believed that was not sealed`,
    () => {
      const random = new SeededRandom(SEED + 3);
      const server = new ScriptedTurnServer();
      let [peerBytes, forged, inputs, nowMs] = [0, 0, 0, 0];
      while (inputs < INPUTS) {
        const answers: Uint8Array[] = [];
        const send = (bytes: Uint8Array) => {
          const answer = server.receive(bytes);
          if (answer !== undefined) answers.push(answer);
        };
        const client = new TurnClient(
          { credentials: TURN_LOGIN, isReliable: false, crypto, send },
          {
            onAllocated: () => {
              if (client.relayed?.port !== server.relayed.port) forged += 1;
            },
            onPeerBytes: () => {
              peerBytes += 1;
            },
            onFailed: () => undefined,
          },
        );
        client.allocate(nowMs);
        for (let round = 0; round < 40; round += 1) {
          const answer = answers.shift() ?? server.fromPeer(FROM, "from a peer") ?? new Uint8Array(20);
          for (let copy = 0; copy < 4; copy += 1) {
            inputs += 1;
            const bytes = mutated(random, random.below(4) === 0 ? answer : answer.slice(0, -8));
            turnFrameBytes(bytes);
            client.receive(bytes, nowMs);
          }
          client.receive(answer, nowMs);
          client.send(Uint8Array.of(1), { ...FROM, port: 1 + random.below(65_535) }, nowMs);
          client.channelTo(FROM, nowMs);
          nowMs += 500;
          client.tick(nowMs);
        }
      }
      expect(forged).toBe(0);
      expect(peerBytes).toBeGreaterThan(INPUTS / 100);
    },
    DEADLINE_MS,
  );
});

test(
  "candidate lines never throw",
  () => {
    const random = new SeededRandom(SEED + 2);
    const line =
      "candidate:842163049 1 udp 1677729535 203.0.113.7 44323 typ srflx raddr 0.0.0.0 rport 0 tcptype active";
    let accepted = 0;
    for (let input = 0; input < INPUTS; input += 1) {
      const text = new TextDecoder().decode(mutated(random, new TextEncoder().encode(line)));
      if (typeof parseCandidate(text) !== "string") accepted += 1;
    }
    expect(accepted).toBeGreaterThan(0);
  },
  DEADLINE_MS,
);
