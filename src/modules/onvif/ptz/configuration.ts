import * as v from "valibot";
import type { PtzGroup } from "../../../camera/ptz/course.ts";
import { MAX_MOVE_MS, type Ptz, type PtzTravelSpeed } from "../../../camera/ptz/ptz.ts";
import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { durationMs, requiredToken, textOf, writeDuration } from "../../../soap/request-values.ts";
import { findChild, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import type { OnvifValue } from "../../../storage/onvif-values.ts";
import type { MediaChanges } from "../media/media-changes.ts";
import { type MediaProfiles, TOKENS } from "../profiles.ts";
import { describeVector, findSpace, offeredSpaces, readSpeed } from "./spaces.ts";

/** How long continuous moves may be asked to last, milliseconds. */
export const TIMEOUT_RANGE = { minimum: 100, maximum: MAX_MOVE_MS };
const MAX_NAME = 64;

const level = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const Kept = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NAME), v.regex(/^\P{Cc}*$/u)),
  /** Of relative moves that name none; undefined: the generic one. */
  relativeSpace: v.optional(v.string()),
  speed: v.object({ panTilt: level, zoom: level }),
  timeoutMs: v.pipe(v.number(), v.minValue(TIMEOUT_RANGE.minimum), v.maxValue(TIMEOUT_RANGE.maximum)),
});

/** What clients can change of the PTZ configuration. */
type Kept = v.InferOutput<typeof Kept>;

const INITIAL: Kept = { name: "PTZ", speed: { panTilt: 1, zoom: 1 }, timeoutMs: MAX_MOVE_MS };

/** The default spaces in the schema's order and its spelling. */
const DEFAULTS = [
  ["DefaultAbsolutePantTiltPositionSpace", "position", "panTilt"],
  ["DefaultAbsoluteZoomPositionSpace", "position", "zoom"],
  ["DefaultRelativePanTiltTranslationSpace", "translation", "panTilt"],
  ["DefaultRelativeZoomTranslationSpace", "translation", "zoom"],
  ["DefaultContinuousPanTiltVelocitySpace", "velocity", "panTilt"],
  ["DefaultContinuousZoomVelocitySpace", "velocity", "zoom"],
] as const;
/** What this device cannot be told. */
const FIXED = ["PanTiltLimits", "ZoomLimits", "Extension"] as const;

/** The one PTZ configuration, kept over restarts. */
export class PtzConfiguration {
  readonly #ptz: Pick<Ptz, "driver">;
  readonly #profiles: MediaProfiles;
  readonly #value: OnvifValue;
  readonly #changes: Pick<MediaChanges, "tell">;
  #kept: Kept;

  constructor(
    ptz: Pick<Ptz, "driver">,
    profiles: MediaProfiles,
    value: OnvifValue,
    changes: Pick<MediaChanges, "tell">,
  ) {
    this.#ptz = ptz;
    this.#profiles = profiles;
    this.#value = value;
    this.#changes = changes;
    const kept = v.safeParse(Kept, value.load());
    this.#kept = kept.success ? kept.output : INITIAL;
  }

  /** Of moves to a place that name none. */
  get speed(): PtzTravelSpeed {
    return this.#kept.speed;
  }

  /** Of continuous moves that name none. */
  get timeoutMs(): number {
    return this.#kept.timeoutMs;
  }

  /** The default space of relative pan and tilt. */
  get relativeSpace(): string | undefined {
    const { driver } = this.#ptz;
    return offeredSpaces(driver).find(({ uri }) => uri === this.#kept.relativeSpace)?.uri;
  }

  /** Whether positions are known. */
  hasPosition(group: PtzGroup): boolean {
    return offeredSpaces(this.#ptz.driver).some((each) => each.kind === "position" && each.group === group);
  }

  /** The configuration as an element of type `tt:PTZConfiguration`. */
  describe(element: QualifiedName): Xml {
    const { name, speed, timeoutMs } = this.#kept;
    const { driver } = this.#ptz;
    const speeds = describeVector(
      "speed",
      { panTilt: { x: speed.panTilt, y: speed.panTilt }, zoom: { x: speed.zoom } },
      driver,
    );
    return xml(
      element,
      { token: TOKENS.ptzConfiguration },
      xml("tt:Name", name),
      xml("tt:UseCount", this.#profiles.all().filter(({ hasPtz }) => hasPtz).length),
      xml("tt:NodeToken", TOKENS.ptzNode),
      ...DEFAULTS.map(([member, kind, group]) => {
        const chosen = kind === "translation" && group === "panTilt" ? this.relativeSpace : undefined;
        const found = chosen ?? offeredSpaces(driver).find((each) => each.kind === kind && each.group === group)?.uri;
        return found && xml(`tt:${member}`, found);
      }),
      speeds.length === 0 ? undefined : xml("tt:DefaultPTZSpeed", ...speeds),
      xml("tt:DefaultPTZTimeout", writeDuration(timeoutMs)),
    );
  }

  /** Takes over a `tt:PTZConfiguration`, all or nothing; what it leaves out stays. Throws SoapFault NoConfig, ConfigModify. */
  change(element: XmlElement): void {
    requireConfiguration(element.attributes.get("token"));
    const changed = asModification(() => this.#read(element));
    const isNews = JSON.stringify(changed) !== JSON.stringify(this.#kept);
    this.#value.save(changed);
    this.#kept = changed;
    if (isNews) this.#changes.tell({ kind: "configuration", token: TOKENS.ptzConfiguration, type: "PTZ" });
  }

  #read(element: XmlElement): Kept {
    const { driver } = this.#ptz;
    if (requiredToken(element, "tt:NodeToken") !== TOKENS.ptzNode) throw cannotBeSet("NodeToken");
    const fixed = FIXED.find((name) => (findChild(element, `tt:${name}`)?.children.length ?? 0) > 0);
    if (fixed !== undefined) throw cannotBeSet(fixed);
    for (const [member, kind, group] of DEFAULTS) {
      const uri = textOf(element, `tt:${member}`);
      if (uri !== undefined) findSpace(kind, group, uri, driver);
    }
    const speed = findChild(element, "tt:DefaultPTZSpeed");
    const timeout = textOf(element, "tt:DefaultPTZTimeout");
    const relativeSpace = textOf(element, "tt:DefaultRelativePanTiltTranslationSpace") ?? this.#kept.relativeSpace;
    const changed = v.safeParse(Kept, {
      name: textOf(element, "tt:Name") ?? this.#kept.name,
      ...(relativeSpace !== undefined && { relativeSpace }),
      speed: { ...this.#kept.speed, ...(speed && readSpeed(speed, driver)) },
      timeoutMs: timeout === undefined ? this.#kept.timeoutMs : durationMs(timeout),
    });
    if (!changed.success) throw cannotBeSet(v.getDotPath(changed.issues[0]) ?? "This");
    return changed.output;
  }
}

/** Throws SoapFault NoConfig. */
export function requireConfiguration(token: string | undefined): void {
  if (token === TOKENS.ptzConfiguration) return;
  throw invalidArgument("ter:NoConfig", "There is no such PTZ configuration");
}

/** Whatever cannot be taken, the specification has one name for it. */
function asModification<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof SoapFault) throw invalidArgument("ter:ConfigModify", error.message);
    throw error;
  }
}

function cannotBeSet(what: string): SoapFault {
  return invalidArgument("ter:ConfigModify", `${what} cannot be set so`);
}
