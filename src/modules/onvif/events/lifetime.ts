import type { Clock } from "../../../core/clock.ts";
import { dateTimeMs, durationMs, writeDateTime } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { Refuse } from "./faults.ts";

/** Of a subscription that is neither renewed nor pulled; the contract's. */
export const MAX_LIFETIME_MS = 60 * 60_000;
/** Where the client does not say: one that went away holds its place no longer. */
const DEFAULT_LIFETIME_MS = 10 * 60_000;
const NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil";

/**
 * How long a subscription is to live, in milliseconds: an xs:duration, or an xs:dateTime of our clock. Nil, which means for ever, gets
 * the longest. Throws SoapFault Unacceptable…TerminationTime for what has passed, is too long or cannot be read.
 */
export function readLifetime(
  element: XmlElement | undefined,
  name: "wsnt:UnacceptableInitialTerminationTimeFault" | "wsnt:UnacceptableTerminationTimeFault",
  clock: Clock,
  refuse: Refuse,
): number {
  const text = element?.text ?? "";
  if (element === undefined) return DEFAULT_LIFETIME_MS;
  if (text === "" && ["true", "1"].includes(element.attributes.get(NIL) ?? "")) return MAX_LIFETIME_MS;
  const nowMs = clock.wallMs();
  const endMs = dateTimeMs(text);
  const lifetimeMs = durationMs(text) ?? (endMs === undefined ? 0 : endMs - nowMs);
  if (lifetimeMs > 0 && lifetimeMs <= MAX_LIFETIME_MS) return lifetimeMs;
  throw refuse(name, "A subscription ends within an hour from now", [
    xml("wsnt:MinimumTime", writeDateTime(nowMs)),
    xml("wsnt:MaximumTime", writeDateTime(nowMs + MAX_LIFETIME_MS)),
  ]);
}
