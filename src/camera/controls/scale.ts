import type { Control } from "bun-ffi-v4l2";

/** What a control can hold. */
export type ControlRange = Pick<Control, "minimum" | "maximum" | "step" | "default">;

/** How a setting's value and what a control holds belong together. Both ways round to what there is and never leave the range. */
export interface Scale {
  toRaw(value: number): number;
  toValue(raw: number): number;
}

type Anchor = { readonly value: number; readonly raw: number };

/** Whole numbers. */
const WHOLE = 1;

/** 0–100 with 50 for the camera's default; where that is an end of the range, the half on that side holds nothing. */
export function percentAroundDefault(range: ControlRange): Scale {
  return aroundDefault(range, { lowest: 0, middle: 50, highest: 100 }, WHOLE);
}

/** `middle` is the camera's default, each side has its own slope. `perUnit`: 1 for whole values, 1000 for thousandths. */
export function aroundDefault(
  range: ControlRange,
  ends: { readonly lowest: number; readonly middle: number; readonly highest: number },
  perUnit: number,
): Scale {
  const bounds = safeBounds(range);
  const middle = clamp(range.default, bounds.minimum, bounds.maximum);
  const anchors = [{ value: ends.middle, raw: middle }];
  if (middle > bounds.minimum) anchors.unshift({ value: ends.lowest, raw: bounds.minimum });
  if (middle < bounds.maximum) anchors.push({ value: ends.highest, raw: bounds.maximum });
  return piecewise(anchors, range, perUnit);
}

/** The range from end to end. What the default reads as is the default itself, however it was rounded; the ends are the ends. */
export function linear(range: ControlRange, lowest: number, highest: number, perUnit: number = WHOLE): Scale {
  const { minimum, maximum } = safeBounds(range);
  const anchors = [
    { value: lowest, raw: minimum },
    { value: highest, raw: maximum },
  ];
  const { toRaw, toValue } = piecewise(minimum === maximum ? anchors.slice(0, 1) : anchors, range, perUnit);
  const standard = clamp(range.default, minimum, maximum);
  const standardValue = toValue(standard);
  const isInside = standardValue > lowest && standardValue < highest;
  return { toRaw: (value) => (isInside && value === standardValue ? standard : toRaw(value)), toValue };
}

/** Values are `factor` times what the control holds, cut to `lowest`…`highest`. */
export function multiple(range: ControlRange, factor: number, lowest: number, highest: number): Scale {
  const bounds = safeBounds(range);
  return {
    toRaw: (value) => snap(value / factor, range, bounds.minimum, bounds.maximum),
    toValue: (raw) => clamp(clamp(raw, bounds.minimum, bounds.maximum) * factor, lowest, highest),
  };
}

/** Straight lines between anchors, which rise in both members. */
function piecewise(anchors: readonly Anchor[], range: ControlRange, perUnit: number): Scale {
  const round = (value: number) => Math.round(value * perUnit) / perUnit + 0;
  return {
    toRaw(value) {
      const [low, high] = segment(anchors, (anchor) => anchor.value <= value);
      if (value >= high.value) return high.raw;
      if (value <= low.value) return low.raw;
      const share = (value - low.value) / (high.value - low.value);
      return snap(low.raw + share * (high.raw - low.raw), range, low.raw, high.raw);
    },
    toValue(raw) {
      const [low, high] = segment(anchors, (anchor) => anchor.raw <= raw);
      if (raw >= high.raw) return high.value;
      if (raw <= low.raw) return low.value;
      return round(low.value + ((raw - low.raw) / (high.raw - low.raw)) * (high.value - low.value));
    },
  };
}

/** The anchors on both sides of what `isBelow` tells; the same twice where there is only one. */
function segment(anchors: readonly Anchor[], isBelow: (anchor: Anchor) => boolean): readonly [Anchor, Anchor] {
  const last = anchors.length - 1;
  const low = clamp(anchors.findLastIndex(isBelow), 0, Math.max(0, last - 1));
  const [from = { value: 0, raw: 0 }, to = from] = anchors.slice(low, low + 2);
  return [from, to];
}

/** The nearest value that the control takes: steps from its minimum, and its maximum. */
function snap(raw: number, range: ControlRange, lowest: number, highest: number): number {
  const { minimum, maximum } = safeBounds(range);
  const step = Math.max(1, range.step);
  const onGrid = minimum + Math.round((raw - minimum) / step) * step;
  const nearest = Math.abs(maximum - raw) < Math.abs(onGrid - raw) ? maximum : onGrid;
  return clamp(Math.round(nearest), lowest, highest) + 0;
}

/** 64-bit controls may reach beyond what numbers hold exactly; their outermost values are not needed. */
function safeBounds({ minimum, maximum }: ControlRange): { readonly minimum: number; readonly maximum: number } {
  return {
    minimum: clamp(minimum, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    maximum: clamp(maximum, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  };
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}
