import { AppError } from "../../core/errors.ts";
import type { Overlay } from "../../settings/keys.ts";

/** strftime's conversions that stand for one short text; those for line ends and tabs, and modifiers, are left out. */
const CONVERSION = /%[aAbBcCdDeFgGhHIjklmMpPrRsSTuUVwWxXyYzZ%]/g;

/** Checks that an overlay can be drawn. `canDraw`: whether the font has every character of a text. Throws AppError `bad-request`. */
export function checkOverlay({ format, text }: Overlay, canDraw: (text: string) => boolean): void {
  const literal = format.replace(CONVERSION, "");
  const wrong = /%.?/u.exec(literal)?.[0];
  if (wrong !== undefined) throw invalid(`overlay.format has ${wrong}, which is no conversion that the overlay knows`);
  for (const [member, drawn] of [
    ["format", literal],
    ["text", text],
  ] as const) {
    const missing = [...new Intl.Segmenter().segment(drawn)].find(({ segment }) => !canDraw(segment))?.segment;
    if (missing !== undefined) throw invalid(`overlay.${member} has ${missing}, which the overlay's font lacks`);
  }
}

function invalid(message: string): AppError {
  return new AppError("bad-request", message, { errorCode: "INVALID_VALUE", key: "overlay" });
}
