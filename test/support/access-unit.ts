import type { AccessUnit } from "../../src/media/access-unit.ts";

/** An access unit of the given NAL units (without start codes) as a pipeline would hand it out, somewhere inside a larger memory. */
export function accessUnit(nals: readonly Uint8Array[], overrides: Partial<AccessUnit> = {}): AccessUnit {
  const offset = 17;
  const nalOffsets = new Uint32Array(64);
  const nalSizes = new Uint32Array(64);
  const parts: Uint8Array[] = [new Uint8Array(offset)];
  let size = 0;
  for (const [index, nal] of nals.entries()) {
    nalOffsets[index] = size + 4;
    nalSizes[index] = nal.length;
    parts.push(Uint8Array.of(0, 0, 0, 1), nal);
    size += 4 + nal.length;
  }
  return {
    memory: Buffer.concat([...parts, new Uint8Array(9)]),
    offset,
    size,
    nalCount: nals.length,
    nalOffsets,
    nalSizes,
    isKey: nals.some((nal) => ((nal[0] ?? 0) & 31) === 5),
    captureTimeUs: 1_000_000,
    encodeBeginUs: 1_000_100,
    readyTimeUs: 1_006_000,
    width: 1920,
    height: 1080,
    ...overrides,
  };
}
