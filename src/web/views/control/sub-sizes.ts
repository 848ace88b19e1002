/** What the camera allows at least, each side (contract websocket.md). */
const MIN_SIDE = 64;
const PARTS = [1, 2, 3, 4, 6];

/** Sizes to offer for the second stream: the present one, parts of the first one's, and what else fits into it, the largest first. */
export function subSizes(present: string, main: string, others: readonly string[]): readonly string[] {
  const [width, height] = sidesOf(main);
  const parts = PARTS.map((part) => `${width / part}x${height / part}`);
  const fits = (size: string) => {
    const [w, h] = sidesOf(size);
    return [w, h].every((side) => side >= MIN_SIDE && side % 2 === 0) && w <= width && h <= height;
  };
  const area = (size: string) => sidesOf(size).reduce((product, side) => product * side, 1);
  const fitting = [...parts, ...others].filter(fits);
  return [...new Set([present, ...fitting])].sort((a, b) => area(b) - area(a));
}

function sidesOf(size: string): readonly [width: number, height: number] {
  const [width = 0, height = 0] = size.split("x").map(Number);
  return [width, height];
}
