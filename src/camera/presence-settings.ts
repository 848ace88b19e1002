import type { Json } from "../core/json.ts";
import type { SettingName } from "../settings/keys.ts";
import { SettingChanges } from "../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../settings/setting-owner.ts";
import type { CameraStatus } from "./camera-status.ts";
import type { CameraNumber } from "./member.ts";
import type { InsetPlace, Programme } from "./programme.ts";

/** What presence is read from, and who hears of it. */
export interface PresenceParts {
  readonly programme: Pick<Programme, "number" | "inset" | "hasSecond" | "select" | "setInset" | "onChanged"> & {
    readonly cameras: readonly { status(): CameraStatus }[];
  };
  /** Not told of the cameras that are there at the start. */
  readonly publish: (kind: "camera-online" | "camera-offline", detail: { readonly [name: string]: Json }) => void;
}

/** What is known of one camera. */
interface Presence {
  exists: boolean;
  /** Undefined until it is known what there is at the start. */
  wasOnline: boolean | undefined;
}

/** Which cameras there are, which is the programme, and whether the other is inset in it. */
export class PresenceSettings implements SettingOwner {
  readonly keys = ["main-camera", "pip-mode", "cam1-exists", "cam2-exists"] as const satisfies readonly SettingName[];
  readonly #parts: PresenceParts;
  readonly #changes = new SettingChanges();
  readonly #presences: readonly Presence[] = [1, 2].map(() => ({ exists: false, wasOnline: undefined }));
  /** What was asked for before there was a second camera. */
  #waiting: SettingValues = new Map();
  #hadSecond: boolean;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    this.#hadSecond = parts.programme.hasSecond;
    parts.programme.onChanged(() => this.#follow());
  }

  facts(key: SettingName): SettingFacts {
    const { hasSecond } = this.#parts.programme;
    if (key === "pip-mode" && !hasSecond) return { supported: false, reason: "there is no second camera" };
    return key === "main-camera" ? { supported: true, options: hasSecond ? [1, 2] : [1] } : { supported: true };
  }

  read(key: SettingName): Json | undefined {
    const { programme } = this.#parts;
    switch (key) {
      case "main-camera":
        return programme.number;
      case "pip-mode":
        return programme.hasSecond ? programme.inset : undefined;
      case "cam1-exists":
        return this.#presences[0]?.exists;
      default:
        return this.#presences[1]?.exists;
    }
  }

  apply(values: SettingValues): void {
    const { programme } = this.#parts;
    const [number, place] = [values.get("main-camera"), values.get("pip-mode")];
    // checked by the declaration
    if (place !== undefined) programme.setInset(place as InsetPlace);
    if (number !== undefined) programme.select(number as CameraNumber);
    this.#waiting = new Map([...this.#waiting].filter(([key]) => !values.has(key)));
  }

  restore(values: SettingValues): void {
    if (this.#parts.programme.hasSecond) this.apply(values);
    else this.#waiting = values;
  }

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  #follow(): void {
    const { cameras, hasSecond } = this.#parts.programme;
    const news: SettingName[] = [];
    if (hasSecond !== this.#hadSecond) {
      this.#hadSecond = hasSecond;
      this.apply(this.#waiting);
      // it came while we run, which is news
      for (const presence of this.#presences.slice(1)) presence.wasOnline = false;
      news.push("main-camera", "pip-mode");
    }
    for (const [index, presence] of this.#presences.entries()) {
      const status = cameras[index]?.status();
      if (status !== undefined && this.#note(presence, status)) news.push(index === 0 ? "cam1-exists" : "cam2-exists");
    }
    if (news.length > 0) this.#changes.tell(news);
  }

  /** Whether it came or went. */
  #note(presence: Presence, { state, substitute, id, problem }: CameraStatus): boolean {
    // one that another program holds is opened again and again
    if (state === "opening") return false;
    // the test picture that stands in for a camera is none
    const exists = state !== "offline" && !substitute;
    const isNews = exists !== presence.exists;
    presence.exists = exists;
    this.#publish(presence, (state === "online" || state === "resting") && !substitute, id, problem);
    return isNews;
  }

  /** Pictures count, where they are asked for: a camera that is there and silent is offline. */
  #publish(presence: Presence, isOnline: boolean, id: string, problem: string | undefined): void {
    const before = presence.wasOnline;
    presence.wasOnline = isOnline;
    if (before === undefined || before === isOnline) return;
    if (isOnline) this.#parts.publish("camera-online", { camera: id });
    else this.#parts.publish("camera-offline", { camera: id, reason: problem ?? "" });
  }
}
