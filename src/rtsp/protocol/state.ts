/** What this server offers, in the order of its Public header. */
export const METHODS = [
  "OPTIONS",
  "DESCRIBE",
  "SETUP",
  "PLAY",
  "PAUSE",
  "TEARDOWN",
  "GET_PARAMETER",
  "SET_PARAMETER",
] as const;

/** A method that this server offers. */
export type RtspMethod = (typeof METHODS)[number];

/** Value of Public and Allow. */
export const PUBLIC_METHODS = METHODS.join(", ");

/** Methods of RFC 2326 and RFC 7826 that make no sense here. */
const KNOWN_ELSEWHERE: ReadonlySet<string> = new Set(["ANNOUNCE", "RECORD", "REDIRECT", "PLAY_NOTIFY"]);

/** The offered method of that name; else the status that refuses it: 405 when RTSP knows it, 501 when it does not. */
export function recogniseMethod(name: string): RtspMethod | 405 | 501 {
  return METHODS.find((method) => method === name) ?? (KNOWN_ELSEWHERE.has(name) ? 405 : 501);
}

/** States of a session, RFC 2326 Appendix A.2. */
export type SessionState = "INIT" | "READY" | "PLAYING";

type Transitions = Readonly<Record<SessionState, SessionState | undefined>>;

const UNCHANGED: Transitions = { INIT: "INIT", READY: "READY", PLAYING: "PLAYING" };

/**
 * RFC 2326 A.2; undefined is 455. PAUSE when nothing plays changes nothing (RFC 7826 §B). SETUP while playing is refused, as A.2 leaves to the server:
 * the other viewers' transports stay what their PLAY said.
 */
const TABLE: Readonly<Record<RtspMethod, Transitions>> = {
  OPTIONS: UNCHANGED,
  DESCRIBE: UNCHANGED,
  GET_PARAMETER: UNCHANGED,
  SET_PARAMETER: UNCHANGED,
  SETUP: { INIT: "READY", READY: "READY", PLAYING: undefined },
  PLAY: { INIT: undefined, READY: "PLAYING", PLAYING: "PLAYING" },
  PAUSE: { INIT: undefined, READY: "READY", PLAYING: "READY" },
  TEARDOWN: { INIT: "INIT", READY: "INIT", PLAYING: "INIT" },
};

/** The state after `method` succeeds in `state`; undefined when it is not valid there (455). */
export function nextState(state: SessionState, method: RtspMethod): SessionState | undefined {
  return TABLE[method][state];
}

/** Value of the Allow header beside a 455. */
export function allowedMethods(state: SessionState): string {
  return METHODS.filter((method) => nextState(state, method) !== undefined).join(", ");
}
