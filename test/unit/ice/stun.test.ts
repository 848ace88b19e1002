import { describe, expect, test } from "bun:test";
import { canonicalIpAddress, formatIpAddress, parseIpAddress } from "../../../src/ice/ip-address.ts";
import {
  attributeOf,
  errorNumberOf,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  STUN_METHOD,
  type StunMessage,
  textOf,
  uint32Of,
  uint64Of,
  unknownAttributesOf,
  xorAddressOf,
} from "../../../src/ice/stun-message.ts";
import { StunWriter } from "../../../src/ice/stun-writer.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const crypto = createCrypto();
const ID = Uint8Array.fromHex("b7e7a701bc34d686fa87dfae");
const PASSWORD = new TextEncoder().encode("VOkJxbRl1RmTxUk/WvJxBt");

/** Test vectors of RFC 5769 §2.1–2.3. */
const REQUEST =
  "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36" +
  "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
const IPV4_RESPONSE =
  "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c3" +
  "8c7489f92af9ba53f06be7d780280004c07d4c96";
const IPV6_RESPONSE =
  "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" +
  "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";

function read(hex: string): StunMessage {
  const message = parseStun(Uint8Array.fromHex(hex));
  if (message === undefined) throw new Error("not read");
  return message;
}

describe("RFC 5769", () => {
  test("request", () => {
    const message = read(REQUEST);
    expect([message.class, message.method, message.hasFingerprint]).toEqual(["request", STUN_METHOD.binding, true]);
    expect(message.transactionId.toHex()).toBe(ID.toHex());
    expect(textOf(message, 0x8022)).toBe("STUN test client");
    expect(textOf(message, STUN_ATTRIBUTE.username)).toBe("evtj:h6vY");
    expect(uint32Of(message, STUN_ATTRIBUTE.priority)).toBe(0x6e0001ff);
    expect(uint64Of(message, STUN_ATTRIBUTE.iceControlled)).toBe(0x932ff9b151263b36n);
    expect(hasIntegrity(message, PASSWORD, crypto)).toBe(true);
    expect(hasIntegrity(message, new TextEncoder().encode("VOkJxbRl1RmTxUk/WvJxBu"), crypto)).toBe(false);
    expect(unknownAttributesOf(message)).toEqual([]);
  });

  test("responses over IPv4 and IPv6", () => {
    for (const [hex, address] of [
      [IPV4_RESPONSE, "192.0.2.1"],
      [IPV6_RESPONSE, "2001:db8:1234:5678:11:2233:4455:6677"],
    ] as const) {
      const message = read(hex);
      expect(message.class).toBe("success");
      expect(xorAddressOf(message, STUN_ATTRIBUTE.xorMappedAddress)).toEqual({ address, port: 32853 });
      expect(hasIntegrity(message, PASSWORD, crypto)).toBe(true);
    }
  });
});

describe("StunWriter", () => {
  test("writes what the parser reads, for every class, method and attribute", () => {
    const random = new SeededRandom(5389);
    for (let round = 0; round < 500; round += 1) {
      const messageClass = random.pick(["request", "indication", "success", "error"] as const);
      const method = random.pick(Object.values(STUN_METHOD));
      const key = Uint8Array.from({ length: 1 + random.below(40) }, () => random.below(256));
      const address = formatIpAddress(
        Uint8Array.from({ length: random.pick([4, 16]) }, () => random.pick([0, 0, random.below(256)])),
      );
      const port = random.below(65536);
      const text = "x".repeat(random.below(40));
      const bytes = new StunWriter(messageClass, method, ID)
        .addText(STUN_ATTRIBUTE.username, text)
        .addUint32(STUN_ATTRIBUTE.priority, 0xfffffffe)
        .addUint64(STUN_ATTRIBUTE.iceControlling, 2n ** 64n - 2n)
        .addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, { address, port })
        .addError(487, "Role Conflict")
        .addUnknownAttributes([0x7001, 0x7002])
        .add(STUN_ATTRIBUTE.useCandidate, new Uint8Array())
        .finish(round % 2 === 0 ? key : undefined, crypto);
      const message = read(bytes.toHex());
      expect([message.class, message.method, message.hasFingerprint]).toEqual([messageClass, method, true]);
      expect(textOf(message, STUN_ATTRIBUTE.username)).toBe(text);
      expect(uint32Of(message, STUN_ATTRIBUTE.priority)).toBe(0xfffffffe);
      expect(uint64Of(message, STUN_ATTRIBUTE.iceControlling)).toBe(2n ** 64n - 2n);
      expect(xorAddressOf(message, STUN_ATTRIBUTE.xorMappedAddress)).toEqual({ address, port });
      expect(errorNumberOf(message)).toBe(487);
      expect(attributeOf(message, STUN_ATTRIBUTE.unknownAttributes)?.toHex()).toBe("70017002");
      expect(attributeOf(message, STUN_ATTRIBUTE.useCandidate)?.length).toBe(0);
      expect(hasIntegrity(message, key, crypto)).toBe(round % 2 === 0);
    }
  });
});

describe("parseStun", () => {
  test("a changed bit anywhere is noticed by FINGERPRINT or MESSAGE-INTEGRITY", () => {
    const bytes = Uint8Array.fromHex(REQUEST);
    for (let bit = 0; bit < (bytes.length - 8) * 8; bit += 1) {
      const changed = bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      // a longer USERNAME may swallow both: then nothing authenticates it
      const message = parseStun(changed);
      if (message === undefined) continue;
      expect([message.hasFingerprint, hasIntegrity(message, PASSWORD, crypto)]).toEqual([false, false]);
    }
    const covered = bytes.length - 8;
    const bare = bytes.slice(0, covered);
    new DataView(bare.buffer).setUint16(2, covered - 20);
    for (let at = 0; at < covered; at += 1) {
      const message = parseStun(bare.with(at, (bare[at] ?? 0) ^ 0x10));
      if (message !== undefined) expect(hasIntegrity(message, PASSWORD, crypto)).toBe(false);
    }
  });

  test("refuses what is cut, longer than it says, or not STUN", () => {
    const bytes = Uint8Array.fromHex(REQUEST);
    for (let length = 0; length < bytes.length; length += 1)
      expect(parseStun(bytes.subarray(0, length))).toBeUndefined();
    expect(parseStun(Uint8Array.from([...bytes, 0, 0, 0, 0]))).toBeUndefined();
    expect(parseStun(bytes.with(0, 0x80))).toBeUndefined();
    expect(parseStun(bytes.with(4, 0))).toBeUndefined();
  });

  test("does not believe what stands behind MESSAGE-INTEGRITY", () => {
    const sealed = new StunWriter("request", 1, ID)
      .addText(STUN_ATTRIBUTE.username, "a:b")
      .finish(PASSWORD, crypto)
      .slice(0, -8);
    const smuggled = Uint8Array.from([...sealed, 0x00, 0x25, 0, 0]);
    new DataView(smuggled.buffer).setUint16(2, smuggled.length - 20);
    const message = read(smuggled.toHex());
    expect(hasIntegrity(message, PASSWORD, crypto)).toBe(true);
    expect(attributeOf(message, STUN_ATTRIBUTE.useCandidate)).toBeUndefined();
  });

  test("bounds the number of attributes", () => {
    const writer = new StunWriter("request", 1, ID);
    for (let index = 0; index < 33; index += 1) writer.addUint32(STUN_ATTRIBUTE.priority, index);
    expect(parseStun(writer.finish(undefined, crypto))).toBeUndefined();
  });
});

describe("IP addresses", () => {
  test("have one form", () => {
    for (const [text, canonical] of [
      ["192.0.2.1", "192.0.2.1"],
      ["0:0:0:0:0:0:0:1", "::1"],
      ["::", "::"],
      ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
      ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
      ["fe80::1%eth0", "fe80::1"],
      ["::ffff:192.0.2.1", "192.0.2.1"],
      ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
      ["1::", "1::"],
    ] as const)
      expect(canonicalIpAddress(text)).toBe(canonical);
  });

  test("and nothing else passes for one", () => {
    for (const text of [
      "",
      "256.1.1.1",
      "1.2.3",
      "01.2.3.4",
      "1:2:3:4:5:6:7:8:9",
      "1::2::3",
      ":::",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7::8",
      "g::",
      "x.local",
      "1.2.3.4:5",
      "::1.2.3.4.5",
    ])
      expect(parseIpAddress(text)).toBeUndefined();
  });
});
