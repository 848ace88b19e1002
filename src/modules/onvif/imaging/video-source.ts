import { invalidArgument } from "../../../soap/fault.ts";
import { requiredToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { TOKENS } from "../profiles.ts";

/** Every operation names the video source. Throws SoapFault NoSource. */
export function requireVideoSource(element: XmlElement): void {
  if (requiredToken(element, "timg:VideoSourceToken") === TOKENS.videoSource) return;
  throw invalidArgument("ter:NoSource", "There is no such video source");
}
