import type { SettingsStore } from "../../../settings/settings-store.ts";
import type { PtzConfiguration } from "../ptz/configuration.ts";
import type { EncoderSources } from "./encoder-options.ts";
import type { MediaModel } from "./media-model.ts";
import type { ProfileTrack } from "./profile.ts";

/** Where a stream is sent to when it is sent to a group. */
export interface MulticastEndpoint {
  readonly address: string;
  readonly port: number;
  readonly ttl: number;
}

/** Sending to groups. */
export interface MediaMulticast {
  /** False: there is nobody to reach. */
  readonly isOffered: boolean;
  endpoint(track: ProfileTrack): MulticastEndpoint;
  /** Sends without a viewer until the returned function is called; undefined: this track cannot be sent to a group. */
  start(track: ProfileTrack): (() => void) | undefined;
}

/** What the media services are built over. */
export interface MediaServiceParts {
  readonly model: MediaModel;
  readonly camera: EncoderSources["camera"];
  readonly settings: Pick<SettingsStore, "read" | "update" | "subscribe">;
  /** As ONVIF names the profile of the stream as it is coded. */
  readonly h264Profile: EncoderSources["h264Profile"];
  readonly forceKeyframe: (stream: "main" | "sub") => void;
  readonly multicast: MediaMulticast;
  /** The ports that are really open. */
  readonly ports: () => { readonly rtsp: number; readonly rtsps: number };
  readonly ptz: Pick<PtzConfiguration, "describe" | "hasPosition">;
  /** Tells the metadata track's viewers the states that hold. */
  readonly synchronizeMetadata: () => void;
}
