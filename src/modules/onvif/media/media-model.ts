import type { OnvifMediaTable } from "../../../storage/onvif-media-table.ts";
import { ConfigurationValues } from "./configuration-values.ts";
import { MediaChanges } from "./media-changes.ts";
import { ProfileList } from "./profile-list.ts";

/** What both media services show and RTSP plays. */
export interface MediaModel {
  readonly profiles: ProfileList;
  readonly values: ConfigurationValues;
  /** Tells of every change of profiles and configurations, those by settings included. */
  readonly changes: MediaChanges;
}

/** Builds it from what was kept; `newToken` makes one that was never used. */
export function createMediaModel(table: OnvifMediaTable, newToken: () => string): MediaModel {
  const changes = new MediaChanges();
  return {
    profiles: new ProfileList(table, newToken, changes),
    values: new ConfigurationValues(table, changes),
    changes,
  };
}
