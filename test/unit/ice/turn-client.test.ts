import { describe, expect, test } from "bun:test";
import type { TransportAddress } from "../../../src/ice/ip-address.ts";
import { hasIntegrity, parseStun, STUN_METHOD, type StunMessage } from "../../../src/ice/stun-message.ts";
import { TurnClient } from "../../../src/ice/turn-client.ts";
import type { TurnCredentials } from "../../../src/ice/turn-requests.ts";
import { crypto } from "../../support/ice-network.ts";
import { ScriptedTurnServer, TURN_LOGIN } from "../../support/scripted-turn-server.ts";

const PEER = { address: "198.51.100.7", port: 6000 };
const MINUTE_MS = 60_000;

/** A client and its server; `passes` may lose what goes to the server. */
class TurnPair {
  readonly server = new ScriptedTurnServer();
  readonly client: TurnClient;
  readonly sentMs: number[] = [];
  readonly sent: Uint8Array[] = [];
  readonly got: { readonly peer: TransportAddress; readonly text: string }[] = [];
  readonly failures: string[] = [];
  allocations = 0;
  nowMs = 0;
  passes = () => true;

  constructor({
    credentials = TURN_LOGIN,
    isReliable = false,
  }: { credentials?: TurnCredentials | undefined | null; isReliable?: boolean } = {}) {
    const send = (bytes: Uint8Array) => {
      this.sentMs.push(this.nowMs);
      this.sent.push(bytes);
      const answer = this.passes() ? this.server.receive(bytes) : undefined;
      if (answer !== undefined) this.client.receive(answer, this.nowMs);
    };
    this.client = new TurnClient(
      { credentials: credentials ?? undefined, isReliable, crypto, send },
      {
        onAllocated: () => {
          this.allocations += 1;
        },
        onPeerBytes: (bytes, peer) => void this.got.push({ peer, text: new TextDecoder().decode(bytes) }),
        onFailed: (reason) => void this.failures.push(reason),
      },
    );
  }

  /** Moves time on by steps of 50 ms; `each` is called with every one. */
  run(elapsedMs: number, each: () => void = () => undefined): void {
    for (const end = this.nowMs + elapsedMs; this.nowMs < end; ) {
      this.nowMs += 50;
      each();
      this.client.tick(this.nowMs);
    }
  }

  allocate(): this {
    this.client.allocate(this.nowMs);
    return this;
  }

  send(text: string, peer: TransportAddress = PEER): void {
    this.client.send(new TextEncoder().encode(text), peer, this.nowMs);
  }

  channel(peer: TransportAddress = PEER): number | undefined {
    return this.client.channelTo(peer, this.nowMs);
  }

  /** A peer sends to the relay. */
  peerSends(text: string, peer: TransportAddress = PEER): void {
    const bytes = this.server.fromPeer(peer, text);
    if (bytes !== undefined) this.client.receive(bytes, this.nowMs);
  }

  count(method: number): number {
    return this.server.heard.filter((each) => each === method).length;
  }
}

test("RFC 5769 §2.4: long-term credentials", () => {
  const bytes = Uint8Array.fromHex(
    `000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39353464364f4c33346f
4c3946535476793634734100140 00b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666`.replaceAll(
      /\s/g,
      "",
    ),
  );
  const key = Uint8Array.fromHex(crypto.md5Hex("マトリックス:example.org:TheMatrIX"));
  expect(hasIntegrity(parseStun(bytes) as StunMessage, key, crypto)).toBe(true);
});

describe("an allocation", () => {
  test("answers the challenge, is refreshed every 15 s and given back", () => {
    const pair = new TurnPair().allocate();
    expect([pair.allocations, pair.client.relayed, pair.client.mapped]).toEqual([
      1,
      { address: "203.0.113.9", port: 50_000 },
      { address: "192.0.2.5", port: 4000 },
    ]);
    pair.run(MINUTE_MS);
    expect(pair.server.heard).toEqual([STUN_METHOD.allocate, ...new Array<number>(4).fill(STUN_METHOD.refresh)]);
    pair.client.close(pair.nowMs);
    expect([pair.server.lastLifetime, pair.failures]).toEqual([0, []]);
    const sends = pair.sent.length;
    pair.run(MINUTE_MS);
    pair.send("x");
    expect([pair.sent.length, pair.channel()]).toEqual([sends, undefined]);
  });

  test("outlives lost datagrams, and gives up when nothing gets through (RFC 8489 §6.2.1)", () => {
    const pair = new TurnPair();
    let lost = 3;
    pair.passes = () => {
      lost -= 1;
      return lost < 0;
    };
    pair.allocate().run(4000);
    expect([pair.sentMs.slice(0, 4), pair.allocations]).toEqual([[0, 500, 1500, 3500], 1]);
    const silent = new TurnPair();
    silent.passes = () => false;
    silent.allocate().run(39_450);
    expect([silent.sent.length, silent.failures]).toEqual([7, []]);
    silent.run(MINUTE_MS);
    expect([silent.sent.length, silent.failures]).toEqual([7, [expect.stringContaining("does not answer")]]);
    const reliable = new TurnPair({ isReliable: true });
    reliable.passes = () => false;
    reliable.allocate().run(MINUTE_MS);
    expect([reliable.sent.length, reliable.failures.length]).toEqual([1, 1]);
  });

  test("follows a nonce that changes, but not for ever", () => {
    const pair = new TurnPair().allocate();
    pair.server.nonce = "second";
    pair.run(20_000);
    expect([pair.count(STUN_METHOD.refresh), pair.failures]).toEqual([1, []]);
    let nonces = 0;
    pair.passes = () => {
      nonces += 1;
      pair.server.nonce = `never the same ${nonces}`;
      return true;
    };
    pair.run(20_000);
    expect(pair.failures).toEqual([expect.stringContaining("every nonce")]);
    expect(nonces).toBeLessThan(10);
  });

  for (const [name, prepare, reason] of [
    ["a quota", (pair: TurnPair) => pair.server.errors.set(STUN_METHOD.allocate, 486), /486.*relays are open/],
    [
      "a relay nobody can reach",
      (pair: TurnPair) => {
        pair.server.relayed = { address: "127.0.0.1", port: 1 };
      },
      /127\.0\.0\.1, where nobody can send to/,
    ],
    [
      "a relay of another family",
      (pair: TurnPair) => {
        pair.server.relayed = { address: "2001:db8::1", port: 1 };
      },
      /2001:db8::1/,
    ],
  ] as const)
    test(`fails once and tells why: ${name}`, () => {
      const pair = new TurnPair();
      prepare(pair);
      pair.allocate().run(MINUTE_MS);
      expect(pair.failures).toEqual([expect.stringMatching(reason)]);
      expect([pair.allocations, pair.client.relayed]).toEqual([0, undefined]);
    });

  test("tells wrong credentials from none", () => {
    const wrong = new TurnPair({ credentials: { username: "camera", password: "guessed" } }).allocate();
    expect([wrong.failures, wrong.sent.length]).toEqual([[expect.stringMatching(/401.*turn_secret must be/)], 2]);
    const none = new TurnPair({ credentials: null }).allocate();
    expect([none.failures, none.sent.length]).toEqual([[expect.stringContaining("turn_secret is not set")], 1]);
  });

  test("ends when the server has forgotten it", () => {
    const pair = new TurnPair().allocate();
    pair.server.errors.set(STUN_METHOD.refresh, 437);
    pair.run(MINUTE_MS);
    expect(pair.failures).toEqual([expect.stringContaining("437")]);
    expect(pair.count(STUN_METHOD.refresh)).toBe(1);
  });

  test("believes nothing that is not sealed with its key, an error neither", () => {
    for (const seal of [null, new Uint8Array(16)]) {
      const pair = new TurnPair();
      pair.server.seal = seal;
      pair.allocate().run(10_000);
      expect([pair.allocations, pair.failures]).toEqual([0, []]);
      pair.server.seal = undefined;
      pair.run(10_000);
      expect(pair.allocations).toBe(1);
    }
    const refused = new TurnPair();
    refused.server.seal = null;
    refused.server.errors.set(STUN_METHOD.allocate, 508);
    refused.allocate().run(10_000);
    expect(refused.failures).toEqual([]);
    refused.run(MINUTE_MS);
    expect(refused.failures).toEqual([expect.stringContaining("508")]);
  });

  test("does not ask on and on where lifetimes are nothing", () => {
    const pair = new TurnPair();
    pair.server.lifetimeS = 0;
    pair.allocate().run(10_000);
    expect(pair.count(STUN_METHOD.refresh)).toBeLessThanOrEqual(10);
  });
});

describe("peers", () => {
  test("are permitted before they are sent to, by indications and then through their channel", () => {
    const pair = new TurnPair().allocate();
    pair.peerSends("nobody asked");
    pair.send("one");
    pair.peerSends("two");
    expect(pair.channel()).toBeUndefined();
    expect(pair.channel()).toBe(0x4000);
    pair.send("three");
    expect(pair.sent.at(-1)?.subarray(0, 4)).toEqual(Uint8Array.of(0x40, 0, 0, 5));
    pair.peerSends("four");
    expect(pair.server.relayedData).toEqual([
      { peer: PEER, text: "one" },
      { peer: PEER, text: "three" },
    ]);
    expect(pair.got).toEqual([
      { peer: PEER, text: "two" },
      { peer: PEER, text: "four" },
    ]);
    pair.client.receive(Uint8Array.of(0x40, 9, 0, 1, 65), 0);
    pair.client.receive(Uint8Array.of(0x40, 0, 0, 9, 65), 0);
    pair.send("never", { address: "2001:db8::7", port: 1 });
    expect([pair.got.length, pair.count(STUN_METHOD.createPermission)]).toEqual([2, 1]);
  });

  test("are let through where they posted an answer from, and so is whoever the server relays", () => {
    const pair = new TurnPair().allocate();
    pair.client.permit(PEER.address, 0);
    pair.client.permit("2001:db8::7", 0);
    expect([...pair.server.permitted]).toEqual(["203.0.113.9", PEER.address]);
  });

  test("keep what they use, and lose what they do not", () => {
    const pair = new TurnPair().allocate();
    const other = { address: "198.51.100.8", port: 1 };
    pair.client.permit(other.address, 0);
    pair.channel();
    const renewals = () => [pair.count(STUN_METHOD.createPermission), pair.count(STUN_METHOD.channelBind)];
    expect(renewals()).toEqual([2, 1]);
    pair.run(9 * MINUTE_MS, () => pair.send("used"));
    // the channel at 4 and 8 minutes; both permissions were not used again and lapsed
    expect([renewals(), pair.channel()]).toEqual([[2, 3], 0x4000]);
    pair.run(21 * MINUTE_MS);
    expect(renewals()).toEqual([2, 4]);
    expect(pair.channel()).toBeUndefined();
    expect(pair.channel()).toBe(0x4001);
  });

  test("that are refused are asked for again, not at once, and never under the number of another", () => {
    const pair = new TurnPair().allocate();
    pair.server.errors.set(STUN_METHOD.channelBind, 403).set(STUN_METHOD.createPermission, 403);
    pair.run(10_000, () => {
      pair.channel();
      pair.send("in vain");
    });
    expect(pair.count(STUN_METHOD.channelBind)).toBeLessThanOrEqual(3);
    expect(pair.count(STUN_METHOD.createPermission)).toBeLessThanOrEqual(3);
    expect(pair.failures).toEqual([]);
    pair.server.errors.clear();
    pair.run(6000, () => pair.channel());
    expect(pair.channel()).toBeGreaterThan(0x4000);
  });

  test("are bounded: who was not used for longest makes room", () => {
    const pair = new TurnPair().allocate();
    for (let index = 0; index < 2000; index += 1) {
      pair.send("x", { address: `10.0.${index >> 8}.${index & 255}`, port: 1 });
      pair.send("x");
    }
    const before = pair.count(STUN_METHOD.createPermission);
    expect(before).toBe(2001);
    pair.nowMs = 4 * MINUTE_MS - 1;
    pair.send("still used");
    pair.run(2000);
    expect(pair.count(STUN_METHOD.createPermission)).toBe(before + 1);
    for (let index = 0; index < 2000; index += 1) pair.channel({ address: "10.0.0.1", port: 1 + index });
    expect(pair.server.channels.size).toBe(1024);
  });

  test("get padded ChannelData over TCP", () => {
    const pair = new TurnPair({ isReliable: true }).allocate();
    pair.channel();
    pair.send("12345");
    expect(pair.sent.at(-1)).toEqual(Uint8Array.of(0x40, 0, 0, 5, 49, 50, 51, 52, 53, 0, 0, 0));
    expect(pair.server.relayedData.at(-1)?.text).toBe("12345");
  });
});
