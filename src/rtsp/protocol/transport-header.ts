import { AppError } from "../../core/errors.ts";
import { parseDecimal, splitUnquoted, unquote } from "./syntax.ts";

/** Players offer two or three; the header length bounds the rest. */
const MAX_OFFERS = 16;

/** Two ports, or two interleaved channels: RTP, RTCP. */
export type NumberPair = readonly [rtp: number, rtcp: number];

/** One alternative of a request's Transport header (RFC 2326 §12.39), in the client's order of preference. */
export interface TransportOffer {
  readonly lowerTransport: "udp" | "tcp";
  /** Multicast only where the client says so: RFC 2326's default is multicast, but players that omit it mean unicast. */
  readonly delivery: "unicast" | "multicast";
  /** 0…65535; a single port P stands for P, P+1. */
  readonly clientPort: NumberPair | undefined;
  /** 0…255. */
  readonly interleaved: NumberPair | undefined;
  /** Multicast ports. */
  readonly port: NumberPair | undefined;
  /** Empty where the parameter has no value. */
  readonly destination: string | undefined;
  readonly source: string | undefined;
  readonly ttl: number | undefined;
  /** As sent: eight hex digits in theory. */
  readonly ssrc: string | undefined;
  /** Why this alternative cannot be served (another profile, RECORD, one port for both); undefined when it can. */
  readonly unsupported: string | undefined;
}

/** Reads a Transport header. Throws AppError `bad-request` (400) when it is malformed; unknown profiles and parameters are not errors. */
export function parseTransport(value: string): readonly TransportOffer[] {
  const alternatives = splitUnquoted(value, ",");
  if (alternatives === undefined) throw bad("A quote stays open.");
  const offers = alternatives.filter((text) => text !== "").map(parseOffer);
  if (offers.length === 0) throw bad("It is empty.");
  if (offers.length > MAX_OFFERS) throw bad(`It holds more than ${MAX_OFFERS} alternatives.`);
  return offers;
}

/** What was agreed, for the answer to SETUP. */
export type AgreedTransport =
  | { readonly kind: "tcp"; readonly interleaved: NumberPair; readonly ssrc: number }
  | {
      readonly kind: "udp";
      readonly clientPort: NumberPair;
      readonly serverPort: NumberPair;
      /** Our address, where the media comes from; never a destination, which a client behind NAT would not know. */
      readonly source: string;
      readonly ssrc: number;
    }
  | {
      readonly kind: "multicast";
      readonly destination: string;
      readonly port: NumberPair;
      readonly ttl: number;
      readonly ssrc: number;
    };

/** The Transport header of an answer. */
export function formatTransport(transport: AgreedTransport): string {
  const end = `ssrc=${transport.ssrc.toString(16).toUpperCase().padStart(8, "0")};mode="PLAY"`;
  switch (transport.kind) {
    case "tcp":
      return `RTP/AVP/TCP;unicast;interleaved=${transport.interleaved.join("-")};${end}`;
    case "udp": {
      const ports = `client_port=${transport.clientPort.join("-")};server_port=${transport.serverPort.join("-")}`;
      return `RTP/AVP;unicast;source=${transport.source};${ports};${end}`;
    }
    case "multicast":
      return `RTP/AVP;multicast;destination=${transport.destination};port=${transport.port.join("-")};ttl=${transport.ttl};${end}`;
  }
}

function bad(what: string): AppError {
  return new AppError("bad-request", `The Transport header is malformed. ${what}`, { key: "Transport" });
}

function parseOffer(text: string): TransportOffer {
  const [profile = "", ...rest] = splitUnquoted(text, ";") ?? [];
  if (!/^[^\s/=]+\/[^\s/=]+(?:\/[^\s/=]+)?$/.test(profile)) throw bad("A transport does not begin with its protocol.");
  const parameters = new Map<string, string>();
  for (const part of rest) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (parameters.has(name)) throw bad(`A parameter stands twice.`);
    parameters.set(name, equals === -1 ? "" : unquote(part.slice(equals + 1).trim()));
  }
  if (parameters.has("unicast") && parameters.has("multicast")) throw bad("It is both unicast and multicast.");
  const [transport = "", profileName = "", lower = "UDP"] = profile.toUpperCase().split("/");
  const served = transport === "RTP" && profileName === "AVP" && (lower === "UDP" || lower === "TCP");
  const ttl = parameters.get("ttl");
  const pairs = {
    clientPort: pair(parameters.get("client_port"), 65_535, "client_port"),
    interleaved: pair(parameters.get("interleaved"), 255, "interleaved"),
    port: pair(parameters.get("port"), 65_535, "port"),
  };
  const isMuxed = Object.values(pairs).some((numbers) => numbers !== undefined && numbers[0] === numbers[1]);
  return {
    lowerTransport: lower === "TCP" ? "tcp" : "udp",
    delivery: parameters.has("multicast") ? "multicast" : "unicast",
    ...pairs,
    destination: parameters.get("destination"),
    source: parameters.get("source"),
    ttl: ttl === undefined ? undefined : number(ttl, 255, "ttl"),
    ssrc: parameters.get("ssrc"),
    unsupported: served ? unsupportedUse(parameters, isMuxed) : "Only RTP/AVP over UDP or TCP is served.",
  };
}

function unsupportedUse(parameters: ReadonlyMap<string, string>, isMuxed: boolean): string | undefined {
  if (isMuxed) return "RTP and RTCP on one port or channel are not served.";
  const modes = (parameters.get("mode") ?? "PLAY").split(",").map((mode) => unquote(mode.trim()).toUpperCase());
  if (parameters.has("append") || !modes.includes("PLAY")) return "Only mode=PLAY is served.";
  return undefined;
}

function number(text: string, maximum: number, name: string): number {
  const value = parseDecimal(text, maximum);
  if (value === undefined) throw bad(`${name} is not a number up to ${maximum}.`);
  return value;
}

function pair(text: string | undefined, maximum: number, name: string): NumberPair | undefined {
  if (text === undefined) return undefined;
  const [first = "", second, ...more] = text.split("-").map((part) => part.trim());
  const rtp = number(first, maximum, name);
  const rtcp = second === undefined ? number(String(rtp + 1), maximum, name) : number(second, maximum, name);
  if (more.length > 0) throw bad(`${name} is not a pair.`);
  return [rtp, rtcp];
}
