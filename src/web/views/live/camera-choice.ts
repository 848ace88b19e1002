import type { InferOutput } from "valibot";
import type { SettingSchemas } from "../../../modules/settings/model.ts";

/** What there is to choose between cameras: which one is the picture, and where the other one is inset. */
export interface CameraChoice {
  readonly mains: readonly (1 | 2)[];
  readonly insets: readonly InsetPlace[];
}

const MAINS = [1, 2] as const;
const INSETS = ["off", "top-left", "top-right", "bottom-left", "bottom-right"] as const;

/** A value of the setting `pip-mode`. */
export type InsetPlace = (typeof INSETS)[number];

/** Of `GET /api/settings/schema`: a camera that is alone leaves no choice. Unplugging one does not take the choice away. */
export function cameraChoice(schema: InferOutput<typeof SettingSchemas>): CameraChoice {
  const allowed = <T extends string | number>(key: "main-camera" | "pip-mode", known: readonly T[]) => {
    const { supported = false, options = [] } = schema[key] ?? {};
    const choices = supported ? known.filter((each) => options.includes(each)) : [];
    return choices.length > 1 ? choices : [];
  };
  return { mains: allowed("main-camera", MAINS), insets: allowed("pip-mode", INSETS) };
}
