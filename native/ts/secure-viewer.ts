import { SECURE_VIEWER, SECURE_VIEWER_STATS, writeText } from "./structs.ts";

/** Protection profiles by their numbers in DTLS-SRTP (RFC 5764 §4.1.2, RFC 7714 §14.2). */
export const SRTP_PROFILE = { AES128_CM_SHA1_80: 1, AEAD_AES_128_GCM: 7 } as const;

/** One of SRTP_PROFILE. */
export type SrtpProfile = (typeof SRTP_PROFILE)[keyof typeof SRTP_PROFILE];

/** Bytes of a master key and, by profile, of a master salt. */
const KEY_BYTES = 16;
const SALT_BYTES: Readonly<Record<SrtpProfile, number>> = { 1: 14, 7: 12 };

/** Master key and salt of one direction, as DTLS-SRTP exports them. */
export interface SrtpKeys {
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** 14 bytes; 12 for AEAD_AES_128_GCM. */
  readonly salt: Uint8Array;
}

/** Numbers of the negotiated header extensions (RFC 8285), 1–14, each its own; undefined: not negotiated. */
export interface HeaderExtensions {
  /** http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time */
  readonly absSendTimeId?: number | undefined;
  /** http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01 */
  readonly transportSequenceId?: number | undefined;
  /** urn:ietf:params:rtp-hdrext:sdes:mid and its value, 1–16 ASCII characters. */
  readonly mid?: { readonly id: number; readonly value: string } | undefined;
}

/** One viewer of a secure egress. Its keys are used for one viewer and one `add` only: with numbers that start over they would be broken. */
export interface SecureViewer {
  readonly profile: SrtpProfile;
  /** Stream that it gets, 0–15, by the caller's numbering. */
  readonly stream: number;
  /** Added to the stream's RTP timestamps, modulo 2^32. */
  readonly timestampOffset: number;
  readonly ssrc: number;
  /** 0–63 or 96–127. */
  readonly payloadType: number;
  /** Random, 0–32767. */
  readonly firstSequence: number;
  /** How packets are sent again (RFC 4588), another SSRC and payload type; undefined: as they were. */
  readonly rtx?: { readonly ssrc: number; readonly payloadType: number; readonly firstSequence: number } | undefined;
  readonly extensions: HeaderExtensions;
  /** Of what we send. */
  readonly localKeys: SrtpKeys;
  /** Of what the viewer sends. */
  readonly remoteKeys: SrtpKeys;
}

/** What a viewer was sent. */
export interface SecureViewerStats {
  /** Of the media source, plain retransmissions included: for sender reports. */
  readonly packets: number;
  /** Bytes of their payloads. */
  readonly octets: number;
  readonly rtxPackets: number;
  readonly rtxOctets: number;
  /** Packets sent again, either way. */
  readonly retransmitted: number;
  /** Bytes of all datagrams or framed packets. */
  readonly bytes: number;
  /** Packets that the kernel did not take. */
  readonly lost: number;
  /** Incoming SRTCP that was not authentic, malformed or over a limit. */
  readonly rtcpRefused: number;
  /** Incoming SRTCP that was taken before, or is too old to know. */
  readonly rtcpReplayed: number;
  /** Microseconds of CLOCK_MONOTONIC; 0 = nothing yet. */
  readonly lastSentUs: number;
  /** Negative errno of the last loss, 0 = none. */
  readonly lastError: number;
  /** Whether UDP GSO is used. */
  readonly gso: boolean;
  /** Of the media source, extended to 32 bits by the rollover counter. */
  readonly nextSequence: number;
  /** RTP timestamp of the newest packet of the media source. */
  readonly lastTimestamp: number;
  /** 16 bits. */
  readonly nextTransportSequence: number;
  readonly active: boolean;
}

/** Writes the bv_secure_viewer of `viewer` into `bytes`. RangeError for keys, salts or a mid of the wrong length. */
export function writeSecureViewer(viewer: SecureViewer, bytes: Uint8Array): void {
  const { offset } = SECURE_VIEWER;
  const view = new DataView(bytes.buffer);
  const { rtx, extensions } = viewer;
  bytes.fill(0);
  const write = (member: keyof typeof offset, value: number) => view.setUint32(offset[member], value, true);
  write("profile", viewer.profile);
  write("stream", viewer.stream);
  write("timestamp_offset", viewer.timestampOffset);
  write("ssrc", viewer.ssrc);
  write("payload_type", viewer.payloadType);
  write("first_sequence", viewer.firstSequence);
  if (rtx !== undefined) {
    write("has_rtx", 1);
    write("rtx_ssrc", rtx.ssrc);
    write("rtx_payload_type", rtx.payloadType);
    write("rtx_first_sequence", rtx.firstSequence);
  }
  write("abs_send_time_id", extensions.absSendTimeId ?? 0);
  write("transport_sequence_id", extensions.transportSequenceId ?? 0);
  if (extensions.mid !== undefined) {
    if (!/^[\x21-\x7e]{1,16}$/.test(extensions.mid.value)) throw new RangeError("a mid has 1–16 ASCII characters");
    write("mid_id", extensions.mid.id);
    writeText(bytes, offset.mid, SECURE_VIEWER.size - offset.mid, extensions.mid.value);
  }
  const saltBytes = SALT_BYTES[viewer.profile];
  for (const { key, salt } of [viewer.localKeys, viewer.remoteKeys]) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a master key has ${KEY_BYTES} bytes`);
    if (salt.length !== saltBytes) throw new RangeError(`a master salt of this profile has ${saltBytes} bytes`);
  }
  bytes.set(viewer.localKeys.key, offset.local_key);
  bytes.set(viewer.localKeys.salt, offset.local_salt);
  bytes.set(viewer.remoteKeys.key, offset.remote_key);
  bytes.set(viewer.remoteKeys.salt, offset.remote_salt);
}

/** What a bv_secure_viewer_stats says. */
export function readSecureViewerStats(view: DataView): SecureViewerStats {
  const { offset } = SECURE_VIEWER_STATS;
  const long = (member: keyof typeof offset) => Number(view.getBigUint64(offset[member], true));
  const word = (member: keyof typeof offset) => view.getUint32(offset[member], true);
  return {
    packets: long("packets"),
    octets: long("octets"),
    rtxPackets: long("rtx_packets"),
    rtxOctets: long("rtx_octets"),
    retransmitted: long("retransmitted"),
    bytes: long("bytes"),
    lost: long("lost"),
    rtcpRefused: long("rtcp_refused"),
    rtcpReplayed: long("rtcp_replayed"),
    lastSentUs: long("last_sent_us"),
    lastError: view.getInt32(offset.last_error, true),
    gso: word("gso") === 1,
    nextSequence: word("next_sequence"),
    lastTimestamp: word("last_timestamp"),
    nextTransportSequence: word("next_transport_sequence"),
    active: word("active") === 1,
  };
}
