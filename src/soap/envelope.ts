import { AppError } from "../core/errors.ts";
import { SoapFault } from "./fault.ts";
import { NAMESPACES } from "./namespaces.ts";
import { readUsernameToken, type UsernameToken } from "./username-token.ts";
import { findChild, isNamed, type XmlElement } from "./xml-element.ts";
import { readXml } from "./xml-reader.ts";
import { contentText, declarationsText, escapeXml, type Xml, type XmlContent, xml } from "./xml-writer.ts";

/** WS-Addressing 2005/08 of a message. */
export interface Addressing {
  readonly action: string | undefined;
  readonly messageId: string | undefined;
  readonly to: string | undefined;
}

/** A request that was read. */
export interface SoapRequest {
  readonly addressing: Addressing;
  /** Of WS-Security; undefined: none. What cannot be read may still be of no account: operations before the login look at none. */
  readonly usernameToken: UsernameToken | "unreadable" | undefined;
  /** Headers that are neither of those, such as reference parameters. */
  readonly headers: readonly XmlElement[];
  /** The only child of the body: the operation. */
  readonly operation: XmlElement;
}

const SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/";
const TRUE = new Set(["1", "true"]);
const MAX_HEADERS = 32;
/** Characters of an Action or MessageID that we repeat. */
const MAX_ADDRESS = 1024;

const DECLARATIONS = declarationsText(NAMESPACES);

/** Reads a SOAP 1.2 request. Throws SoapFault. */
export function readEnvelope(text: string): SoapRequest {
  const envelope = readDocument(text);
  if (!isNamed(envelope, "env:Envelope")) throw notAnEnvelope(envelope);
  const headers = findChild(envelope, "env:Header")?.children ?? [];
  const operations = findChild(envelope, "env:Body")?.children ?? [];
  const [operation] = operations;
  if (headers.length > MAX_HEADERS) throw wellFormed("the header has too many blocks");
  if (operation === undefined || operations.length > 1) {
    throw new SoapFault("Sender", ["ter:TagMismatch"], "The body must hold exactly one operation");
  }
  const foreign = headers.filter(({ namespace }) => namespace !== NAMESPACES.wsa && namespace !== NAMESPACES.wsse);
  const demanding = foreign.find(({ attributes }) =>
    TRUE.has(attributes.get(`{${NAMESPACES.env}}mustUnderstand`) ?? ""),
  );
  if (demanding !== undefined)
    throw new SoapFault("MustUnderstand", [], `The header ${demanding.name} is not understood`);
  return {
    addressing: readAddressing(headers),
    usernameToken: readUsernameToken(headers),
    headers: foreign,
    operation,
  };
}

function readDocument(text: string): XmlElement {
  try {
    return readXml(text);
  } catch (error) {
    if (error instanceof AppError) throw wellFormed(error.message);
    throw error;
  }
}

function notAnEnvelope({ namespace, name }: XmlElement): SoapFault {
  if (name === "Envelope" && namespace === SOAP_11) {
    return new SoapFault("VersionMismatch", [], "Only SOAP 1.2 is spoken here");
  }
  return new SoapFault("Sender", ["ter:Namespace"], "A SOAP 1.2 envelope is expected");
}

function wellFormed(reason: string): SoapFault {
  return new SoapFault("Sender", ["ter:WellFormed"], reason);
}

function readAddressing(headers: readonly XmlElement[]): Addressing {
  const text = (name: "Action" | "MessageID" | "To") => {
    const found = headers.find((header) => isNamed(header, `wsa:${name}`))?.text;
    if (found !== undefined && found.length > MAX_ADDRESS) throw wellFormed(`the header ${name} is too long`);
    return found;
  };
  return { action: text("Action"), messageId: text("MessageID"), to: text("To") };
}

/** What a message of ours says about itself. */
export interface ReplyAddressing {
  readonly action: string;
  readonly relatesTo?: string | undefined;
  readonly to?: string | undefined;
  readonly messageId?: string | undefined;
  /** Further blocks. */
  readonly headers?: readonly Xml[] | undefined;
}

/** A whole message of ours. */
export function writeEnvelope(body: XmlContent, addressing?: ReplyAddressing): string {
  const header = addressing && xml("env:Header", addressingHeaders(addressing));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope${DECLARATIONS}>${contentText([header, xml("env:Body", body)])}</env:Envelope>`;
}

function addressingHeaders(addressing: ReplyAddressing): readonly (Xml | undefined)[] {
  const { action, relatesTo, to, messageId, headers = [] } = addressing;
  return [
    xml("wsa:Action", action),
    messageId === undefined ? undefined : xml("wsa:MessageID", messageId),
    to === undefined ? undefined : xml("wsa:To", to),
    relatesTo === undefined ? undefined : xml("wsa:RelatesTo", relatesTo),
    ...headers,
  ];
}

/** A document of its own with this root, such as `tt:MetadataStream`, all prefixes declared. */
export function writeDocument(name: `${keyof typeof NAMESPACES}:${string}`, content: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${escapeXml(name)}${DECLARATIONS}>${contentText(content)}</${name}>`;
}
