/** Profiles of H.264 that SDP tells apart (RFC 6184 §8.1, table 5), from the least to the most that a decoder must know. */
const PROFILES = ["constrained-baseline", "baseline", "main", "constrained-high", "high"] as const;

/** A profile of H.264 as it matters between sender and receiver. */
export type H264Profile = (typeof PROFILES)[number];

/** What a decoder of a profile can decode beside its own. */
const DECODES = {
  "constrained-baseline": ["constrained-baseline"],
  baseline: ["baseline", "constrained-baseline"],
  main: ["main", "constrained-baseline"],
  "constrained-high": ["constrained-high", "constrained-baseline"],
  high: ["high", "constrained-high", "main", "constrained-baseline"],
} as const satisfies Record<H264Profile, readonly H264Profile[]>;

/** The rows of RFC 6184's table: profile_idc, and which of the constraint flags must be as given. */
const ROWS: readonly (readonly [profile: H264Profile, idc: number, mask: number, flags: number])[] = [
  ["constrained-baseline", 0x42, 0x40, 0x40],
  ["constrained-baseline", 0x4d, 0x80, 0x80],
  ["constrained-baseline", 0x58, 0xc0, 0xc0],
  ["baseline", 0x42, 0x40, 0x00],
  ["baseline", 0x58, 0xc0, 0x80],
  ["main", 0x4d, 0x80, 0x00],
  ["constrained-high", 0x64, 0x0c, 0x0c],
  ["high", 0x64, 0x0c, 0x00],
];

/** What every browser takes (design facts): constrained baseline, level 3.1; levels may differ by `level-asymmetry-allowed`. */
export const SAFE_PROFILE_LEVEL_ID = "42e01f";

/** The profile of six hex digits; undefined for others than those that browsers know. */
export function h264ProfileOf(profileLevelId: string): H264Profile | undefined {
  if (!/^[0-9a-fA-F]{6}$/.test(profileLevelId)) return undefined;
  const idc = Number.parseInt(profileLevelId.slice(0, 2), 16);
  const flags = Number.parseInt(profileLevelId.slice(2, 4), 16);
  return ROWS.find(([, rowIdc, mask, wanted]) => rowIdc === idc && (flags & mask) === wanted)?.[0];
}

/** Whether a receiver that negotiated `receiver` can decode a stream of profile `stream`. */
export function decodesProfile(receiver: H264Profile, stream: H264Profile): boolean {
  return (DECODES[receiver] as readonly H264Profile[]).includes(stream);
}
