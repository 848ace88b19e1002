/** Y, Cb, Cr of vivid's 75 % colour bars: white, yellow, cyan, green, magenta, red, blue, black (BT.601, limited range). */
const BARS = [
  [180, 128, 128],
  [162, 44, 142],
  [131, 156, 44],
  [112, 72, 58],
  [84, 184, 198],
  [65, 100, 212],
  [35, 212, 114],
  [16, 128, 128],
] as const;

/** How far samples (Y, Cb, Cr in the middle of each bar) are from the bars at worst; infinite when some are missing. */
export function distanceFromBars(samples: readonly (readonly number[])[]): number {
  const distances = BARS.flatMap((bar, index) =>
    bar.map((value, part) => Math.abs(value - (samples[index]?.[part] ?? Number.POSITIVE_INFINITY))),
  );
  return Math.max(...distances);
}

/** Y, Cb, Cr in the middle of each eighth of the width of an I420 picture, at three quarters of its height, or another share of it. */
export function sampleBars(i420: Uint8Array, width: number, height: number, share = 3 / 4): number[][] {
  const y = Math.floor(height * share);
  const chroma = width * height;
  return BARS.map((_, index) => {
    const x = Math.floor(((2 * index + 1) * width) / 16);
    const at = chroma + (y >> 1) * (width >> 1) + (x >> 1);
    return [i420[y * width + x] ?? -1, i420[at] ?? -1, i420[at + chroma / 4] ?? -1];
  });
}
