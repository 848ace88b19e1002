import type { PtzGroup } from "../../../camera/ptz/course.ts";
import type { PtzPosition } from "../../../camera/ptz/driver.ts";
import { MAX_MOVE_MS, type Ptz, type PtzTravelSpeed } from "../../../camera/ptz/ptz.ts";
import type { Clock } from "../../../core/clock.ts";
import { actionFailed, invalidArgument } from "../../../soap/fault.ts";
import { durationMs, readBoolean, requiredChild, textOf, writeDateTime } from "../../../soap/request-values.ts";
import { findChild, type XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { type OperationTable, operation } from "../operation.ts";
import type { MediaProfiles } from "../profiles.ts";
import { type PtzConfiguration, TIMEOUT_RANGE } from "./configuration.ts";
import { requirePtzProfile } from "./ptz-profile.ts";
import { positionOf, readSpeed, readVector, translated, type Vector } from "./spaces.ts";
import { describeStatus } from "./status.ts";

/** Requests have no connection that could go away: their moves end with the timeout, or at their place. */
export const CLIENT = "onvif";

const ACTUATE = { access: "ACTUATE" } as const;

/** What the operations are over. */
export interface MoveParts {
  readonly ptz: Ptz;
  readonly configuration: PtzConfiguration;
  readonly profiles: MediaProfiles;
  readonly clock: Clock;
}

/** Moving, stopping, and where the camera looks. */
export function moveOperations({ ptz, configuration, profiles, clock }: MoveParts): OperationTable {
  const travel = ({ to, speed }: { readonly to: Partial<PtzPosition>; readonly speed: PtzTravelSpeed }) => {
    ptz.travel(to, speed, CLIENT);
    return undefined;
  };
  const speedIn = (element: XmlElement) => readTravelSpeed(element, ptz, configuration);
  return {
    "tptz:AbsoluteMove": operation({
      ...ACTUATE,
      request(element) {
        requirePtzProfile(profiles, element);
        const position = requiredChild(element, "tptz:Position");
        const vector = readVector(position, "position", "ter:InvalidPosition", ptz.driver);
        return { to: positionOf(valuesOf(vector)), speed: speedIn(element) };
      },
      handle: travel,
    }),
    "tptz:RelativeMove": operation({
      ...ACTUATE,
      request(element) {
        requirePtzProfile(profiles, element);
        const translation = requiredChild(element, "tptz:Translation");
        const vector = readVector(translation, "translation", "ter:InvalidTranslation", ptz.driver, (group) =>
          group === "panTilt" ? configuration.relativeSpace : undefined,
        );
        return { to: translated(ptz.position, vector), speed: speedIn(element) };
      },
      handle: travel,
    }),
    "tptz:ContinuousMove": operation({
      ...ACTUATE,
      request(element) {
        requirePtzProfile(profiles, element);
        const velocity = requiredChild(element, "tptz:Velocity");
        const vector = readVector(velocity, "velocity", "ter:InvalidVelocity", ptz.driver);
        const timeout = readTimeout(element) ?? configuration.timeoutMs;
        return { ...valuesOf(vector), groups: Object.keys(vector) as PtzGroup[], timeout };
      },
      handle(move) {
        ptz.move(move, CLIENT);
        return undefined;
      },
    }),
    "tptz:Stop": operation({
      ...ACTUATE,
      request(element) {
        requirePtzProfile(profiles, element);
        const isMeant = (name: "PanTilt" | "Zoom") => readBoolean(textOf(element, `tptz:${name}`) ?? "true");
        const [panTilt, zoom] = [isMeant("PanTilt"), isMeant("Zoom")];
        return [...(panTilt ? (["panTilt"] as const) : []), ...(zoom ? (["zoom"] as const) : [])];
      },
      handle(groups) {
        ptz.stop(groups);
        return undefined;
      },
    }),
    "tptz:GetStatus": operation({
      access: "READ_MEDIA",
      request: (element) => requirePtzProfile(profiles, element),
      handle() {
        if (ptz.driver.problem !== undefined) throw actionFailed("ter:NoStatus", ptz.driver.problem);
        const status = describeStatus(ptz, { position: true, moveStatus: true });
        return xml("tptz:PTZStatus", ...status, xml("tt:UtcTime", writeDateTime(clock.wallMs())));
      },
    }),
  };
}

/** Speeds of a move to a place: those in `tptz:Speed`, else the configuration's. Throws SoapFault SpaceNotSupported, InvalidSpeed. */
export function readTravelSpeed(
  element: XmlElement,
  { driver }: Pick<Ptz, "driver">,
  { speed }: PtzConfiguration,
): PtzTravelSpeed {
  const given = findChild(element, "tptz:Speed");
  return { ...speed, ...(given && readSpeed(given, driver)) };
}

function valuesOf({ panTilt, zoom }: Vector): Partial<PtzPosition> {
  return { ...panTilt?.values, ...zoom?.values };
}

function readTimeout(element: XmlElement): number | undefined {
  const text = textOf(element, "tptz:Timeout");
  if (text === undefined) return undefined;
  const timeout = durationMs(text);
  if (timeout !== undefined && timeout >= TIMEOUT_RANGE.minimum && timeout <= MAX_MOVE_MS) return timeout;
  throw invalidArgument("ter:TimeoutNotSupported", "The timeout is not within the range that the options tell");
}
