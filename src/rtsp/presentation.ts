import { AppError } from "../core/errors.ts";
import type { MediaStream } from "../stream/media-stream.ts";
import type { MetadataStream } from "../stream/metadata-stream.ts";
import type { RtspTarget } from "./protocol/url.ts";
import type { PublishedProfile, RtspServices } from "./services.ts";

/** What paths of ONVIF profiles begin with. */
const PROFILE = "onvif";

/** One track of a live URL. */
export type LiveTrack = PublishedProfile["video"] | { readonly kind: "metadata"; readonly stream: MetadataStream };

/** What a live URL plays. */
export interface Presentation {
  /** Such as `stream1` or `onvif/profile_1`. */
  readonly name: string;
  /** Each at the place of its number. */
  readonly tracks: readonly [LiveTrack, ...LiveTrack[]];
}

/** What a target names. Throws AppError `not-found`, also where it has no such track. */
export function findPresentation(services: RtspServices, target: RtspTarget): Presentation {
  const presentation = presentationOf(services, target);
  if (presentation?.tracks[target.track ?? 0] === undefined)
    throw new AppError("not-found", "There is no such stream.");
  return presentation;
}

/** The track that a SETUP names; without a number it is the first. Throws AppError `not-found`. */
export function findTrack(
  services: RtspServices,
  target: RtspTarget,
): { readonly presentation: string; readonly stream: MediaStream } {
  const { name, tracks } = findPresentation(services, target);
  return { presentation: name, stream: (tracks[target.track ?? 0] ?? tracks[0]).stream };
}

function presentationOf(services: RtspServices, target: RtspTarget): Presentation | undefined {
  const [first, token, ...more] = target.segments;
  if (first === PROFILE) {
    const isProfile = token !== undefined && more.length === 0 && target.camera === undefined;
    return isProfile ? ofProfile(token, services.findProfile(token)) : undefined;
  }
  const published = services.findStream(target);
  return published && { name: published.stream.name, tracks: [{ kind: "h264", ...published }] };
}

function ofProfile(token: string, profile: PublishedProfile | undefined): Presentation | undefined {
  if (profile === undefined) return undefined;
  const { video, metadata } = profile;
  return {
    name: `${PROFILE}/${token}`,
    tracks: metadata === undefined ? [video] : [video, { kind: "metadata", stream: metadata }],
  };
}
