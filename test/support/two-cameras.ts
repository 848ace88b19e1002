import type { Samples } from "./pixel-viewer.ts";

/** Where `PixelViewer` has to look to tell the test pictures and an inset at the top right: through the bars, and the inset's ramp. */
export const LOOK_AT_HEIGHT = 0.3;
/** How many of the eight places the inset covers, on the right. */
const INSET_PLACES = 2;
/** Of the inset's ramp, which is grey; its coding adds a little. */
const GREY_DISTANCE = 6;

/** Whether a picture is that of the first or the second test source: all bars together are grey, the second one's are blue and green. */
export function showsCamera(number: 1 | 2): (samples: Samples) => boolean {
  return (samples) => {
    const bars = samples.slice(0, -INSET_PLACES);
    const mean = (part: number) => bars.reduce((sum, bar) => sum + (bar[part] ?? 0), 0) / bars.length;
    const [luma, cb, cr] = [mean(0), mean(1), mean(2)];
    const isSlate = luma < 40;
    const isSecond = cb > 147.5 && cr < 105;
    return !isSlate && isSecond === (number === 2);
  };
}

/** Whether another test picture is inset at the top right. */
export function hasInset(samples: Samples): boolean {
  return samples
    .slice(-INSET_PLACES)
    .every((place) => place.slice(1).every((chroma) => Math.abs(chroma - 128) < GREY_DISTANCE) && isBetween(place[0]));
}

/** Neither black nor white, which bars may be. */
function isBetween(luma = 0): boolean {
  return luma > 40 && luma < 220;
}
