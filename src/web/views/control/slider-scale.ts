/** Steps of a slider whose equal ways are equal factors. */
const LOGARITHMIC_STEPS = 240;
/** Digits that stay of a value that was dragged to. */
const DIGITS = 2;

/** How the places of a slider stand for values. */
export interface SliderScale {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  toPlace(value: number): number;
  /** A whole number of the range. */
  toValue(place: number): number;
}

/** `minimum` and `maximum` of the value; logarithmic from above 0. */
export function createScale(minimum: number, maximum: number, step: number, isLogarithmic: boolean): SliderScale {
  if (!isLogarithmic || minimum <= 0 || maximum <= minimum)
    return { minimum, maximum, step, toPlace: (value) => value, toValue: (place) => place };
  const span = Math.log(maximum / minimum);
  const clipped = (value: number) => Math.min(Math.max(value, minimum), maximum);
  return {
    minimum: 0,
    maximum: LOGARITHMIC_STEPS,
    step: 1,
    toPlace: (value) => Math.round((Math.log(clipped(value) / minimum) / span) * LOGARITHMIC_STEPS),
    toValue: (place) => {
      const value = minimum * Math.exp((place / LOGARITHMIC_STEPS) * span);
      return clipped(Math.round(Number(value.toPrecision(DIGITS))));
    },
  };
}
