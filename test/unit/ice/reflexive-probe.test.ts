import { describe, expect, test } from "bun:test";
import type { TransportAddress } from "../../../src/ice/ip-address.ts";
import { ReflexiveProbe } from "../../../src/ice/reflexive-probe.ts";
import { parseStun, STUN_ATTRIBUTE, type StunMessage } from "../../../src/ice/stun-message.ts";
import { StunWriter } from "../../../src/ice/stun-writer.ts";
import { crypto } from "../../support/ice-network.ts";

const SERVER = { address: "192.0.2.1", port: 3478 };
const MAPPED = { address: "203.0.113.5", port: 40_000 };

/** A probe and the questions that it asked; times are seconds. */
function createProbe() {
  const asked: { readonly second: number; readonly message: StunMessage }[] = [];
  const probe = new ReflexiveProbe(SERVER, crypto);
  return {
    probe,
    asked,
    run: (from: number, to: number) => {
      for (let ms = from * 1000; ms < to * 1000; ms += 50)
        probe.tick(ms, (bytes) => asked.push({ second: ms / 1000, message: parseStun(bytes) as StunMessage }));
    },
    answer: (
      mapped: TransportAddress,
      { from = SERVER, id = asked.at(-1)?.message.transactionId } = {},
      second = 0,
    ) => {
      const writer = new StunWriter("success", 1, id ?? new Uint8Array(12));
      const bytes = writer.addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, mapped).finish(undefined, crypto);
      return probe.receive(parseStun(bytes) as StunMessage, from, second * 1000);
    },
  };
}

describe("a reflexive probe", () => {
  test("learns where it is seen, and asks again every 15 s so that it stays so", () => {
    const { probe, asked, run, answer } = createProbe();
    run(0, 1);
    expect(answer(MAPPED)).toBe(true);
    expect([probe.mapped, probe.failure]).toEqual([MAPPED, undefined]);
    run(1, 15.1);
    expect(asked.map(({ second }) => second)).toEqual([0, 0.5, 15]);
    const moved = { ...MAPPED, port: 40_001 };
    answer(moved);
    expect(probe.mapped).toEqual(moved);
  });

  test("believes only its server, and each question's answer once", () => {
    const { probe, asked, run, answer } = createProbe();
    expect(answer(MAPPED)).toBe(false);
    run(0, 0.1);
    const id = asked[0]?.message.transactionId ?? new Uint8Array();
    expect(answer(MAPPED, { id: id.toReversed() })).toBe(false);
    expect(answer(MAPPED, { from: { ...SERVER, port: 3479 } })).toBe(false);
    expect(answer(MAPPED, { from: { ...SERVER, address: "192.0.2.2" } })).toBe(false);
    const question = asked[0]?.message;
    expect(question && probe.receive(question, SERVER, 0)).toBe(false);
    expect(probe.mapped).toBeUndefined();
    expect(answer(MAPPED)).toBe(true);
    expect(answer({ ...MAPPED, port: 1 })).toBe(false);
    expect(probe.mapped).toEqual(MAPPED);
  });

  for (const address of ["0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.251", "255.255.255.255", "2001:db8::1", "::1"])
    test(`does not believe a server that sees it at ${address}`, () => {
      const { probe, run, answer } = createProbe();
      run(0, 0.1);
      answer({ address, port: 5 });
      expect([probe.mapped, probe.failure]).toEqual([
        undefined,
        expect.stringContaining(`${address}, which cannot be`),
      ]);
    });

  test("gives up a server that is silent, and tries again after a minute", () => {
    const { probe, asked, run, answer } = createProbe();
    run(0, 39.5);
    expect([asked.length, probe.failure]).toEqual([7, undefined]);
    run(39.5, 99);
    expect([asked.length, probe.failure]).toEqual([7, expect.stringContaining("does not answer")]);
    run(99, 101);
    expect(asked.length).toBeGreaterThan(7);
    answer(MAPPED);
    expect([probe.mapped, probe.failure]).toEqual([MAPPED, undefined]);
  });
});
