import { decodesProfile, h264ProfileOf } from "./h264-profile.ts";
import type { H264Format } from "./peer-description.ts";

/** Whether a receiver of `format` can decode a stream with this profile-level-id. Levels do not matter: decoders of browsers take what they can, and we only send. */
export function takesStream(format: Pick<H264Format, "profileLevelId">, streamProfileLevelId: string): boolean {
  const [receiver, stream] = [h264ProfileOf(format.profileLevelId), h264ProfileOf(streamProfileLevelId)];
  return receiver !== undefined && stream !== undefined && decodesProfile(receiver, stream);
}

/**
 * The format to send a stream in: the one of exactly its profile before those that decode it too, of these the first, one with
 * retransmission before one without. Undefined: no common codec.
 */
export function chooseFormat(formats: readonly H264Format[], streamProfileLevelId: string): H264Format | undefined {
  const wanted = h264ProfileOf(streamProfileLevelId);
  const usable = formats.filter((format) => takesStream(format, streamProfileLevelId));
  const exact = usable.filter((format) => h264ProfileOf(format.profileLevelId) === wanted);
  const best = exact.length > 0 ? exact : usable;
  return best.find(({ rtxPayloadType }) => rtxPayloadType !== undefined) ?? best[0];
}
