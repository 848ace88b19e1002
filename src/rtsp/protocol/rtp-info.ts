/** Where one track begins for this viewer. */
export interface TrackStart {
  /** The URL used in SETUP, without credentials and token. */
  readonly url: string;
  /** Sequence number of the first packet. */
  readonly sequence: number;
  /** RTP timestamp that corresponds to the Range's start. */
  readonly rtpTime: number;
}

/** The RTP-Info header of the answer to PLAY (RFC 2326 §12.33). */
export function formatRtpInfo(tracks: readonly TrackStart[]): string {
  return tracks.map(({ url, sequence, rtpTime }) => `url=${url};seq=${sequence};rtptime=${rtpTime >>> 0}`).join(",");
}
