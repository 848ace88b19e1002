import { AppError } from "../../../core/errors.ts";
import { invalidArgument } from "../../../soap/fault.ts";
import { readBoolean, requiredChild, textOf } from "../../../soap/request-values.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { ONVIF_VERSION } from "../device/capabilities.ts";
import { actorOf, type OnvifCaller, type OnvifService, operation, serviceCapabilities } from "../operation.ts";
import { type ImagingChanges, readImagingChanges } from "./changes.ts";
import { describeImagingOptions, describeImagingSettings } from "./description.ts";
import { focusOperations } from "./focus-operations.ts";
import type { ImagingStore } from "./settings-table.ts";
import { requireVideoSource } from "./video-source.ts";

const READ = { access: "READ_MEDIA", request: requireVideoSource } as const;
/** Errors of the store that mean that the values cannot be set, whatever the reason. */
const INVALID = ["bad-request", "conflict", "not-supported"];

/** The imaging service (ver20) over the settings. */
export function createImagingService(store: ImagingStore): OnvifService {
  const service: OnvifService = {
    prefix: "timg",
    path: "/onvif/imaging_service",
    version: ONVIF_VERSION,
    capabilities: () => xml("timg:Capabilities", { ImageStabilization: false, Presets: false, AdaptablePreset: false }),
    category: { name: "Imaging", describe: (xAddr) => xml("tt:Imaging", xml("tt:XAddr", xAddr)) },
    operations: {
      "timg:GetServiceCapabilities": serviceCapabilities(() => service),
      "timg:GetImagingSettings": operation({
        ...READ,
        handle: () => describeImagingSettings("timg:ImagingSettings", store),
      }),
      "timg:GetOptions": operation({ ...READ, handle: () => describeImagingOptions(store) }),
      "timg:SetImagingSettings": operation({
        access: "ACTUATE",
        request(element) {
          requireVideoSource(element);
          // settings are always kept
          readBoolean(textOf(element, "timg:ForcePersistence") ?? "true");
          return readImagingChanges(requiredChild(element, "timg:ImagingSettings"), store);
        },
        handle: (changes, caller) => update(store, changes, caller),
      }),
      ...focusOperations(store, (changes, caller) => update(store, changes, caller)),
    },
  };
  return service;
}

/** Throws SoapFault SettingsInvalid, AppError. */
async function update(store: ImagingStore, changes: ImagingChanges, caller: OnvifCaller): Promise<undefined> {
  if (Object.keys(changes).length === 0) return;
  try {
    await store.update(changes, actorOf(caller));
  } catch (error) {
    if (!(error instanceof AppError) || !INVALID.includes(error.kind)) throw error;
    throw invalidArgument("ter:SettingsInvalid", error.message);
  }
}
