import { describe, expect, test } from "bun:test";
import { createConnectionNonces, createHttpNonces } from "../../../src/identity/nonce-store.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { createManualClock } from "../../support/manual-clock.ts";

const crypto = createCrypto();
const MINUTES = 60_000;

describe("HTTP nonces", () => {
  test("are unique and URL-safe", () => {
    const nonces = createHttpNonces(crypto, createManualClock());
    const issued = Array.from({ length: 100 }, () => nonces.issue());
    expect(new Set(issued).size).toBe(100);
    for (const nonce of issued) expect(nonce).toMatch(/^[\w-]{24}$/);
  });

  test("live five minutes", () => {
    const clock = createManualClock();
    const nonces = createHttpNonces(crypto, clock);
    const nonce = nonces.issue();
    clock.advanceMs(5 * MINUTES - 1);
    expect(nonces.use(nonce, 1)).toBe("fresh");
    clock.advanceMs(1);
    expect(nonces.use(nonce, 2)).toBe("stale");
    expect(nonces.use("never issued", 1)).toBe("stale");
  });

  test("take each count once, out of order within 64", () => {
    const nonces = createHttpNonces(crypto, createManualClock());
    const nonce = nonces.issue();
    const use = (nc: number) => nonces.use(nonce, nc);
    expect([2, 1, 5, 3, 4].map(use)).toEqual(["fresh", "fresh", "fresh", "fresh", "fresh"]);
    expect([1, 2, 3, 4, 5].map(use)).toEqual(["stale", "stale", "stale", "stale", "stale"]);
    expect(use(100)).toBe("fresh");
    expect(use(36)).toBe("stale");
    expect(use(37)).toBe("fresh");
    expect(use(37)).toBe("stale");
    expect(use(0xffffffff)).toBe("fresh");
    expect(use(0xffffffff)).toBe("stale");
    expect(use(100)).toBe("stale");
    expect(use(0xfffffffe)).toBe("fresh");
  });

  test("any order within the window uses every count exactly once", () => {
    const nonces = createHttpNonces(crypto, createManualClock());
    const nonce = nonces.issue();
    const counts = Array.from({ length: 64 }, (_, index) => 1 + ((index * 37) % 64));
    expect(counts.map((nc) => nonces.use(nonce, nc)).every((use) => use === "fresh")).toBe(true);
    expect(counts.map((nc) => nonces.use(nonce, nc)).every((use) => use === "stale")).toBe(true);
  });

  test("0 is no count, and the form without one is not supported", () => {
    const nonces = createHttpNonces(crypto, createManualClock());
    expect(nonces.use(nonces.issue(), 0)).toBe("stale");
    expect(nonces.use(nonces.issue(), undefined)).toBe("unsupported");
  });

  test("are bounded: of 10,001 the oldest is gone", () => {
    const nonces = createHttpNonces(crypto, createManualClock());
    const oldest = nonces.issue();
    const second = nonces.issue();
    for (let issued = 2; issued < 10_001; issued += 1) nonces.issue();
    expect(nonces.use(oldest, 1)).toBe("stale");
    expect(nonces.use(second, 1)).toBe("fresh");
  });
});

describe("nonces of a connection", () => {
  test("accept both forms, only where they were issued", () => {
    const mine = createConnectionNonces(crypto);
    const nonce = mine.issue();
    expect(mine.use(nonce, undefined)).toBe("fresh");
    expect(mine.use(nonce, undefined)).toBe("fresh");
    expect(mine.use(nonce, 1)).toBe("fresh");
    expect(mine.use(nonce, 1)).toBe("stale");
    expect(createConnectionNonces(crypto).use(nonce, undefined)).toBe("stale");
  });

  test("are bounded: of nine the oldest is gone", () => {
    const nonces = createConnectionNonces(crypto);
    const issued = Array.from({ length: 9 }, () => nonces.issue());
    expect(issued.map((nonce) => nonces.use(nonce, undefined))).toEqual(["stale", ...Array(8).fill("fresh")]);
  });
});
