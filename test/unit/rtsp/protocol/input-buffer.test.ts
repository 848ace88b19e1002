import { describe, expect, test } from "bun:test";
import { InputBuffer } from "../../../../src/rtsp/protocol/input-buffer.ts";

/** How often the bytes held were moved, within the memory or to another, while `step` ran `count` times. */
function movesDuring(buffer: InputBuffer, count: number, step: (index: number) => void): number {
  let moves = 0;
  let before = buffer.view(0, 1);
  for (let index = 0; index < count; index += 1) {
    step(index);
    const now = buffer.view(0, 1);
    if (now.buffer !== before.buffer || now.byteOffset < before.byteOffset) moves += 1;
    before = now;
  }
  return moves;
}

describe("input buffer", () => {
  test("80 KiB that arrive byte by byte are moved a handful of times", () => {
    const buffer = new InputBuffer();
    const moves = movesDuring(buffer, 80 * 1024, (index) => buffer.append(Uint8Array.of(index & 255)));
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
      const moves = movesDuring(buffer, 50_000, () => {
        buffer.append(Uint8Array.of(7));
        buffer.consume(1);
      });
      expect(moves * size).toBeLessThanOrEqual(2 * 50_000);
      expect(buffer.length).toBe(size);
    }
  });

  test("memory for one large message is given back when it was taken", () => {
    const buffer = new InputBuffer();
    buffer.append(new Uint8Array(200_000));
    buffer.consume(200_000);
    buffer.append(Uint8Array.of(1));
    expect(buffer.view(0, 1).buffer.byteLength).toBe(4096);
    buffer.clear();
    expect([buffer.length, buffer.view(0, 1).buffer.byteLength]).toEqual([0, 0]);
    buffer.append(Uint8Array.of(9));
    expect(buffer.at(0)).toBe(9);
  });
});
