import { AppError } from "../core/errors.ts";
import { NAMESPACES } from "./namespaces.ts";
import type { XmlElement } from "./xml-element.ts";
import { readXml } from "./xml-reader.ts";
import { contentText, declarationsText, escapeXml, Xml, type XmlContent } from "./xml-writer.ts";

/** WS-Discovery of April 2005, its addressing of August 2004, and the names that ONVIF gives types. */
export const DISCOVERY = {
  env: NAMESPACES.env,
  wsa: "http://schemas.xmlsoap.org/ws/2004/08/addressing",
  d: "http://schemas.xmlsoap.org/ws/2005/04/discovery",
  dn: "http://www.onvif.org/ver10/network/wsdl",
  tds: NAMESPACES.tds,
} as const;

/** What is asked: for devices of some types and scopes, or where one device is. */
export type DiscoveryQuestion = {
  /** Told apart by it. */
  readonly messageId: string;
} & (
  | {
      readonly kind: "Probe";
      /** `{namespace}local`; undefined: a name that nobody can have, its prefix being undeclared. */
      readonly types: readonly (string | undefined)[];
      readonly scopes: readonly string[];
      /** The rule by which scopes are compared. */
      readonly matchBy: string;
    }
  | { readonly kind: "Resolve"; readonly endpoint: string }
);

/** What the device says of itself. */
export interface DiscoveryTarget {
  /** `urn:uuid:…` */
  readonly endpoint: string;
  readonly scopes: readonly string[];
  readonly xAddrs: readonly string[];
  readonly metadataVersion: number;
}

/** A message of ours. */
export interface DiscoveryAnnouncement {
  readonly kind: "Hello" | "Bye" | "ProbeMatches" | "ResolveMatches";
  readonly target: DiscoveryTarget;
  readonly messageId: string;
  /** The question's. */
  readonly relatesTo?: string | undefined;
  /** Of AppSequence: larger at each start, and counting within. */
  readonly instance: number;
  readonly number: number;
}

/** What answers wrap the description in. */
const MATCHES = {
  Hello: undefined,
  Bye: undefined,
  ProbeMatches: "d:ProbeMatch",
  ResolveMatches: "d:ResolveMatch",
} as const;

/** The rule of Probes that name none; `rfc3986` is the name that ONVIF gives it. */
export const DEFAULT_RULE: string = `${DISCOVERY.d}/rfc2396`;

const ANONYMOUS = `${DISCOVERY.wsa}/role/anonymous`;
const GROUP = "urn:schemas-xmlsoap-org:ws:2005:04:discovery";
/** Urns of UUIDs have 45 characters. */
const MAX_ID = 256;
const MAX_URI = 1024;
/** Of types or scopes in one Probe; clients ask for one or two. */
const MAX_ITEMS = 32;
const DECLARATIONS = declarationsText(DISCOVERY);

/** Reads a Probe or Resolve; undefined for other messages. Throws AppError `bad-request`. */
export function readDiscoveryQuestion(text: string): DiscoveryQuestion | undefined {
  const envelope = readXml(text);
  if (envelope.name !== "Envelope" || envelope.namespace !== DISCOVERY.env) return undefined;
  const header = child(envelope, "env", "Header");
  const question = child(envelope, "env", "Body")?.children[0];
  if (question === undefined || question.namespace !== DISCOVERY.d) return undefined;
  const { name: kind } = question;
  if (kind !== "Probe" && kind !== "Resolve") return undefined;
  const action = child(header, "wsa", "Action")?.text;
  if (action !== undefined && action !== `${DISCOVERY.d}/${kind}`) throw refused("its Action names another message");
  const messageId = bounded(child(header, "wsa", "MessageID")?.text ?? "", MAX_ID);
  if (messageId === "") throw refused("it has no MessageID");
  if (kind === "Resolve") {
    const address = child(child(question, "wsa", "EndpointReference"), "wsa", "Address")?.text ?? "";
    return { kind, messageId, endpoint: bounded(address, MAX_URI) };
  }
  const scopes = child(question, "d", "Scopes");
  return {
    kind,
    messageId,
    types: typesOf(child(question, "d", "Types")),
    scopes: listOf(scopes),
    matchBy: bounded(scopes?.attributes.get("MatchBy") ?? DEFAULT_RULE, MAX_URI),
  };
}

function typesOf(types: XmlElement | undefined): readonly (string | undefined)[] {
  return listOf(types).map((type) => {
    const [prefix = "", local] = type.includes(":") ? type.split(":", 2) : ["", type];
    // clients forget to declare the prefixes that everybody uses
    const usual: string | undefined = prefix === "dn" || prefix === "tds" ? DISCOVERY[prefix] : undefined;
    const namespace = types?.scope.get(prefix) ?? usual;
    return namespace && `{${namespace}}${local}`;
  });
}

function listOf(element: XmlElement | undefined): readonly string[] {
  const items = (element?.text ?? "").split(/\s+/).filter((item) => item !== "");
  if (items.length > MAX_ITEMS) throw refused(`it has more than ${MAX_ITEMS} types or scopes`);
  return items.map((item) => bounded(item, MAX_URI));
}

function child(element: XmlElement | undefined, prefix: keyof typeof DISCOVERY, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name && one.namespace === DISCOVERY[prefix]);
}

function bounded(text: string, length: number): string {
  if (text.length > length) throw refused("one of its texts is too long");
  return text;
}

function refused(why: string): AppError {
  return new AppError("bad-request", `The discovery message is refused: ${why}`);
}

/** A whole message. */
export function writeDiscoveryMessage(message: DiscoveryAnnouncement): string {
  const { kind, target, relatesTo, instance, number } = message;
  const isAnswer = relatesTo !== undefined;
  const match = MATCHES[kind];
  const described = kind === "Bye" ? endpoint(target) : describe(target);
  const header = [
    element("wsa:MessageID", message.messageId),
    isAnswer ? element("wsa:RelatesTo", relatesTo) : undefined,
    element("wsa:To", isAnswer ? ANONYMOUS : GROUP),
    element("wsa:Action", `${DISCOVERY.d}/${kind}`),
    new Xml(`<d:AppSequence InstanceId="${instance}" MessageNumber="${number}"/>`),
  ];
  const body = element(`d:${kind}`, match === undefined ? described : element(match, described));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope${DECLARATIONS}>${contentText([element("env:Header", header), element("env:Body", body)])}</env:Envelope>`;
}

/** In the order of WS-Discovery's schema. */
function describe(target: DiscoveryTarget): XmlContent {
  return [
    endpoint(target),
    element("d:Types", "dn:NetworkVideoTransmitter tds:Device"),
    element("d:Scopes", target.scopes.join(" ")),
    element("d:XAddrs", target.xAddrs.join(" ")),
    element("d:MetadataVersion", target.metadataVersion),
  ];
}

function endpoint(target: DiscoveryTarget): Xml {
  return element("wsa:EndpointReference", element("wsa:Address", target.endpoint));
}

function element(name: `${keyof typeof DISCOVERY}:${string}`, content: XmlContent): Xml {
  return new Xml(`<${escapeXml(name)}>${contentText(content)}</${name}>`);
}
