import type { Json } from "../core/json.ts";
import type { SettingName } from "../settings/keys.ts";
import type { SettingFacts, SettingOwner, SettingValues } from "../settings/setting-owner.ts";

/** As declared for `jpeg-quality`. */
const DEFAULT_QUALITY = 85;

/** How stills are made where nobody asks otherwise. */
export class JpegSettings implements SettingOwner {
  readonly keys = ["jpeg-quality"] as const satisfies readonly SettingName[];
  #quality = DEFAULT_QUALITY;

  /** 1–100. */
  get quality(): number {
    return this.#quality;
  }

  facts(): SettingFacts {
    return { supported: true };
  }

  read(): Json {
    return this.#quality;
  }

  apply(values: SettingValues): void {
    const quality = values.get("jpeg-quality");
    if (typeof quality === "number") this.#quality = quality;
  }

  restore(values: SettingValues): void {
    this.apply(values);
  }

  /** Nothing changes it by itself. */
  onChanged(): void {}
}
