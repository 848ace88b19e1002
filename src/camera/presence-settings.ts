import type { Json } from "../core/json.ts";
import type { SettingName } from "../settings/keys.ts";
import { SettingChanges } from "../settings/setting-changes.ts";
import type { SettingFacts, SettingOwner } from "../settings/setting-owner.ts";
import type { Camera } from "./camera.ts";

/** What presence is read from, and who hears of it. */
export interface PresenceParts {
  readonly camera: Pick<Camera, "status" | "onChanged">;
  /** Not told of the camera that is there at the start. */
  readonly publish: (kind: "camera-online" | "camera-offline", detail: { readonly [name: string]: Json }) => void;
}

/** Which cameras there are: one at most, so it is the programme and nothing can be inset. */
export class PresenceSettings implements SettingOwner {
  readonly keys = ["main-camera", "pip-mode", "cam1-exists", "cam2-exists"] as const satisfies readonly SettingName[];
  readonly #parts: PresenceParts;
  readonly #changes = new SettingChanges();
  #exists = false;
  /** Undefined until it is known what there is at the start. */
  #wasOnline: boolean | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
    parts.camera.onChanged(() => this.#follow());
  }

  facts(key: SettingName): SettingFacts {
    if (key === "pip-mode") return { supported: false, reason: "there is no second camera" };
    return key === "main-camera" ? { supported: true, options: [1] } : { supported: true };
  }

  read(key: SettingName): Json | undefined {
    switch (key) {
      case "main-camera":
        return 1;
      case "cam1-exists":
        return this.#exists;
      case "cam2-exists":
        return false;
      default:
        return undefined;
    }
  }

  /** There is no choice. */
  apply(): void {}

  restore(): void {}

  onChanged(listener: (keys: readonly SettingName[]) => void): void {
    this.#changes.listen(listener);
  }

  #follow(): void {
    const { state, substitute, id, problem } = this.#parts.camera.status();
    // one that another program holds is opened again and again
    if (state === "opening") return;
    // the test picture that stands in for a camera is none
    const exists = state !== "offline" && !substitute;
    const isNews = exists !== this.#exists;
    this.#exists = exists;
    if (isNews) this.#changes.tell(["cam1-exists"]);
    this.#publish(state === "online" && !substitute, id, problem);
  }

  /** Pictures count: a camera that is there and silent is offline. */
  #publish(isOnline: boolean, id: string, problem: string | undefined): void {
    const before = this.#wasOnline;
    this.#wasOnline = isOnline;
    if (before === undefined || before === isOnline) return;
    if (isOnline) this.#parts.publish("camera-online", { camera: id });
    else this.#parts.publish("camera-offline", { camera: id, reason: problem ?? "" });
  }
}
