/** Where one track begins for this viewer. */
export interface TrackBegin {
  /** The URL used in SETUP, without credentials and token. */
  readonly url: string;
  /** Sequence number of the first packet, and the RTP timestamp that corresponds to the Range's start; undefined where it is not known. */
  readonly start: { readonly sequence: number; readonly rtpTimestamp: number } | undefined;
}

/** The RTP-Info header of the answer to PLAY (RFC 2326 §12.33). */
export function formatRtpInfo(tracks: readonly TrackBegin[]): string {
  return tracks
    .map(({ url, start }) =>
      start === undefined ? `url=${url}` : `url=${url};seq=${start.sequence};rtptime=${start.rtpTimestamp >>> 0}`,
    )
    .join(",");
}
