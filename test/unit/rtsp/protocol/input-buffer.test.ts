import { describe, expect, test } from "bun:test";
import { InputBuffer } from "../../../../src/rtsp/protocol/input-buffer.ts";

/** Appends one byte and tells whether the bytes held were moved for it, within the memory or to another. */
function appendMoves(buffer: InputBuffer, byte: number): boolean {
  const before = buffer.view(0, 1);
  buffer.append(Uint8Array.of(byte));
  const after = buffer.view(0, 1);
  return after.buffer !== before.buffer || after.byteOffset !== before.byteOffset;
}

describe("input buffer", () => {
  test("80 KiB that arrive byte by byte are moved a handful of times", () => {
    const buffer = new InputBuffer();
    let moves = 0;
    for (let index = 0; index < 80 * 1024; index += 1) if (appendMoves(buffer, index & 255)) moves += 1;
    expect(moves).toBeLessThanOrEqual(6);
    expect([buffer.length, buffer.at(0), buffer.at(1000), buffer.at(80 * 1024)]).toEqual([
      80 * 1024,
      0,
      1000 & 255,
      -1,
    ]);
  });

  test("a window that slides byte by byte is moved rarely, whatever its size", () => {
    for (const size of [1, 2048, 4095, 4096, 10_000]) {
      const buffer = new InputBuffer();
      buffer.append(new Uint8Array(size));
      let moves = 0;
      for (let step = 0; step < 50_000; step += 1) {
        if (appendMoves(buffer, 7)) moves += 1;
        buffer.consume(1);
      }
      expect(moves * size).toBeLessThanOrEqual(2 * 50_000);
      expect(buffer.length).toBe(size);
    }
  });

  test("memory for one large read is given back when most of it was taken", () => {
    const buffer = new InputBuffer();
    buffer.append(new Uint8Array(200_000));
    const view = buffer.view(0, 4);
    // A byte that stays, the beginning of the next message, must not keep it either.
    buffer.consume(199_999);
    expect(buffer.view(0, 1).buffer.byteLength).toBe(4096);
    expect([buffer.length, view.length]).toEqual([1, 4]);
    buffer.consume(1);
    buffer.clear();
    expect([buffer.length, buffer.view(0, 1).buffer.byteLength]).toEqual([0, 0]);
    buffer.append(Uint8Array.of(9));
    expect(buffer.at(0)).toBe(9);
  });
});
