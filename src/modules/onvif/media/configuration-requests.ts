import { invalidArgs } from "../../../soap/fault.ts";
import { NAMESPACES, type QualifiedName } from "../../../soap/namespaces.ts";
import {
  durationMs,
  readBoolean,
  readFloat,
  readInteger,
  readWord,
  requiredChild,
  requiredText,
  textOf,
} from "../../../soap/request-values.ts";
import { findChild, findChildren, findPath, type XmlElement } from "../../../soap/xml-element.ts";
import { TOPIC_DIALECTS } from "../events/filter.ts";
import { CONCRETE_SET } from "../events/notification.ts";
import { parseOwnTopics, parseTopicExpression } from "../events/topic-expression.ts";
import type { MetadataValues } from "./configuration-values.ts";
import { configModify } from "./faults.ts";
import type { MulticastEndpoint } from "./media-parts.ts";
import type { EncoderWish } from "./video-encoders.ts";

/** tt:Name. */
export const MAX_NAME = 64;
const MAX_TOKEN = 64;
/** Of the topics that metadata carries. */
const MAX_TOPICS = 1024;
/** XML's NCName, as topic expressions have it. */
const PREFIX = /([\p{L}_][\p{L}\p{N}._-]*):/gu;

/** What every configuration in a Set request has, and its multicast settings where it has some. */
export interface GivenConfiguration {
  readonly element: XmlElement;
  readonly token: string;
  readonly name: string;
  /** Undefined: not given, or as good as that. Port 0: as it is. */
  readonly multicast: MulticastEndpoint | undefined;
}

/** What a Set request brings. Throws SoapFault InvalidArgs. */
export function readConfiguration(request: XmlElement, name: QualifiedName): GivenConfiguration {
  const element = requiredChild(request, name);
  return {
    element,
    token: requiredAttribute(element, "token"),
    name: requiredText(element, "tt:Name", MAX_NAME),
    multicast: readMulticast(findChild(element, "tt:Multicast")),
  };
}

/** An attribute that must be there, of a token's length. Throws SoapFault InvalidArgs. */
export function requiredAttribute({ name, attributes }: XmlElement, attribute: string): string {
  const value = attributes.get(attribute);
  if (value === undefined || value.length > MAX_TOKEN) throw invalidArgs(`${name} must have a ${attribute}`);
  return value;
}

/** Media ver10. Throws SoapFault. */
export function readEncoder({ element, token, name }: GivenConfiguration): EncoderWish {
  const number = (path: readonly QualifiedName[]) => optionalNumber(element, readInteger, ...path);
  const interval = number(["tt:RateControl", "tt:EncodingInterval"]);
  if (interval !== undefined && interval !== 1) throw configModify("EncodingInterval must be 1");
  const timeout = textOf(element, "tt:SessionTimeout");
  if (timeout !== undefined && durationMs(timeout) === undefined) throw invalidArgs("SessionTimeout is no duration");
  return {
    ...encoderBasics(element),
    token,
    name,
    fps: number(["tt:RateControl", "tt:FrameRateLimit"]),
    bitrateKbps: number(["tt:RateControl", "tt:BitrateLimit"]),
    gop: number(["tt:H264", "tt:GovLength"]),
    h264Profile: findPath(element, "tt:H264", "tt:H264Profile")?.text,
  };
}

/** Media ver20. Throws SoapFault. */
export function readEncoder2({ element, token, name }: GivenConfiguration): EncoderWish {
  const { attributes } = element;
  const gop = attributes.get("GovLength");
  return {
    ...encoderBasics(element),
    token,
    name,
    fps: optionalNumber(element, readFloat, "tt:RateControl", "tt:FrameRateLimit"),
    bitrateKbps: optionalNumber(element, readInteger, "tt:RateControl", "tt:BitrateLimit"),
    gop: gop === undefined ? undefined : readInteger(gop),
    h264Profile: attributes.get("Profile"),
  };
}

/** Throws SoapFault. */
export function readMetadata({ element }: GivenConfiguration): MetadataValues {
  const ptz = findChild(element, "tt:PTZStatus");
  const flag = (parent: XmlElement | undefined, name: QualifiedName) => readBoolean(textOf(parent, name) ?? "false");
  if (element.attributes.get("CompressionType") !== undefined && element.attributes.get("CompressionType") !== "None")
    throw configModify("Metadata is not compressed");
  return {
    ptzStatus: flag(ptz, "tt:Status"),
    ptzPosition: flag(ptz, "tt:Position"),
    topics: readTopics(findChild(element, "tt:Events")),
  };
}

/** The wanted rotation in degrees; undefined: as it is. Throws SoapFault. */
export function readRotation(element: XmlElement): number | undefined {
  const rotate = findPath(element, "tt:Extension", "tt:Rotate");
  if (rotate === undefined) return undefined;
  const mode = readWord(requiredText(rotate, "tt:Mode"), ["OFF", "ON", "AUTO"]);
  if (mode === "AUTO") throw configModify("Rotation cannot be automatic");
  // ONVIF: a missing degree means 180
  return mode === "OFF" ? 0 : (optionalNumber(rotate, readInteger, "tt:Degree") ?? 180);
}

function encoderBasics(element: XmlElement) {
  const resolution = requiredChild(element, "tt:Resolution");
  return {
    encoding: requiredText(element, "tt:Encoding"),
    width: readInteger(requiredText(resolution, "tt:Width")),
    height: readInteger(requiredText(resolution, "tt:Height")),
    quality: readFloat(requiredText(element, "tt:Quality")),
  };
}

function optionalNumber(
  element: XmlElement,
  read: (text: string) => number,
  ...path: readonly QualifiedName[]
): number | undefined {
  const text = findPath(element, ...path)?.text;
  return text === undefined ? undefined : read(text);
}

function readMulticast(multicast: XmlElement | undefined): MulticastEndpoint | undefined {
  if (multicast === undefined) return undefined;
  const address = requiredChild(multicast, "tt:Address");
  const text = textOf(address, "tt:IPv4Address") ?? textOf(address, "tt:IPv6Address") ?? "";
  const port = readInteger(requiredText(multicast, "tt:Port"));
  const ttl = readInteger(requiredText(multicast, "tt:TTL"));
  const autoStart = textOf(multicast, "tt:AutoStart");
  // read only: Start- and StopMulticastStreaming switch it
  if (autoStart !== undefined) readBoolean(autoStart);
  return ["", "0.0.0.0", "::"].includes(text) ? undefined : { address: text, port, ttl };
}

/** Null: no events. Throws SoapFault. */
function readTopics(events: XmlElement | undefined): string | null {
  if (events === undefined) return null;
  const filter = findChild(events, "tt:Filter");
  if (filter === undefined) return "";
  const expressions = findChildren(filter, "wsnt:TopicExpression");
  if (filter.children.length > expressions.length) throw configModify("Only topics can be chosen");
  const topics = expressions.map((expression) => ownTopics(expression)).join("|");
  if (parseOwnTopics(topics) === undefined) throw configModify("There are too many topics");
  if (topics.length > MAX_TOPICS) throw configModify(`Topics have more than ${MAX_TOPICS} characters`);
  return topics;
}

/** An expression whose prefixes mean what the client declared, with ours. Throws SoapFault ConfigModify. */
function ownTopics(expression: XmlElement): string {
  const { text, scope, attributes } = expression;
  const dialect = TOPIC_DIALECTS.find((each) => each === attributes.get("Dialect"));
  if (dialect === undefined || parseTopicExpression(expression, dialect === CONCRETE_SET) === undefined)
    throw configModify(`Topics are named in ${TOPIC_DIALECTS.join(" or ")}`);
  return text.replace(PREFIX, (_, prefix: string) => {
    const namespace = scope.get(prefix) ?? (prefix === "tns1" ? NAMESPACES.tns1 : undefined);
    if (namespace !== NAMESPACES.tns1) throw configModify("There are no such topics");
    return "tns1:";
  });
}
