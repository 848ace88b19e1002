import type { Ptz } from "../camera/ptz/ptz.ts";
import type { MediaModel } from "../modules/onvif/media/media-model.ts";
import type { OnvifService } from "../modules/onvif/operation.ts";
import { PtzConfiguration } from "../modules/onvif/ptz/configuration.ts";
import { createOnvifPtzService } from "../modules/onvif/ptz/service.ts";
import { openOnvifValue } from "../storage/onvif-values.ts";
import type { Foundation } from "./foundation.ts";

/** The PTZ service, and the configuration that media profiles show. */
export function createOnvifPtz(
  { clock, database }: Foundation,
  ptz: Ptz,
  { profiles, changes }: MediaModel,
): { readonly service: OnvifService; readonly configuration: PtzConfiguration } {
  const configuration = new PtzConfiguration(ptz, profiles, openOnvifValue(database, "ptz-configuration"), changes);
  return { service: createOnvifPtzService({ ptz, configuration, profiles, clock }), configuration };
}
