/** A server that says nothing to any repetition. */
export const NO_ANSWER = "the server does not answer: it is down, or a firewall is in the way";

/** Error answers of STUN and TURN servers (RFC 8489 §14.8, RFC 8656 §19) that a person can act on. */
const MEANINGS: Readonly<Record<number, string>> = {
  300: "it sends us to another server, which is not supported: configure that one",
  401: "it refuses our credentials: webrtc.turn_secret must be its static-auth-secret, and both clocks must agree",
  403: "it forbids us to use it",
  437: "its idea of our allocation is another, as after a restart",
  438: "it refuses every nonce, even its own",
  441: "it refuses our credentials for this allocation",
  442: "it does not relay UDP",
  486: "as many of our relays are open as it allows",
  508: "it has no address or port left",
};

/** The number of an error answer as a clause for people; undefined: it had none. */
export function describeServerError(number: number | undefined): string {
  const meaning = number === undefined ? undefined : MEANINGS[number];
  const said = `the server answered with error ${number ?? "of no number"}`;
  return meaning === undefined ? said : `${said}: ${meaning}`;
}
