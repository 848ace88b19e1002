import { invalidArgument } from "../../../soap/fault.ts";
import { requiredToken } from "../../../soap/request-values.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";
import { findProfile, type MediaProfiles } from "../profiles.ts";

/** Whatever moves does so by a profile that has the PTZ configuration. Throws SoapFault NoProfile, NoPTZProfile. */
export function requirePtzProfile(profiles: MediaProfiles, element: XmlElement): void {
  if (findProfile(profiles, requiredToken(element, "tptz:ProfileToken")).hasPtz) return;
  throw invalidArgument("ter:NoPTZProfile", "The profile has no PTZ configuration");
}
