import { addressFamily } from "../../../ice/ip-address.ts";
import { invalidArgs, invalidArgument, SoapFault } from "../../../soap/fault.ts";
import type { QualifiedName } from "../../../soap/namespaces.ts";
import { readInteger, readWord, requiredText, textOf } from "../../../soap/request-values.ts";
import { findChildren, type XmlElement } from "../../../soap/xml-element.ts";
import { type Xml, xml } from "../../../soap/xml-writer.ts";
import type { Host, HostChanges } from "../../host/service.ts";

/** One label of RFC 1123 §2.1. */
const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*\\.?$`);
/** Of any list about the machine. */
const MAX_ITEMS = 16;

/** Whether a text is a host's or domain's name. */
export function isDomainName(text: string): boolean {
  return DOMAIN.test(text);
}

/** Whether a text is an address without a zone that a host can have. */
export function isAddress(text: string, family: 4 | 6): boolean {
  if (text.includes("%") || addressFamily(text) !== family) return false;
  return family === 4 ? !/^(0\.|2(2[4-9]|[345]\d)\.)/.test(text) : !/^ff/i.test(text) && text !== "::";
}

/** Throws SoapFault InvalidIPv4Address, InvalidIPv6Address. */
export function checkedAddress(text: string, family: 4 | 6): string {
  if (isAddress(text, family)) return text;
  throw invalidArgument(`ter:InvalidIPv${family}Address`, "This is no address that a host can have");
}

/** The children of a list, at most 16. Throws SoapFault InvalidArgs. */
export function listOf(element: XmlElement, name: QualifiedName): readonly XmlElement[] {
  const found = findChildren(element, name);
  if (found.length > MAX_ITEMS) throw invalidArgs(`At most ${MAX_ITEMS} entries are taken`);
  return found;
}

/** The address of a `tt:IPAddress` or `tt:NetworkHost`. Throws SoapFault. */
export function hostAddress(element: XmlElement, kinds: readonly ("IPv4" | "IPv6" | "DNS")[]): string {
  const kind = readWord(requiredText(element, "tt:Type"), kinds);
  if (kind === "DNS") {
    const name = textOf(element, "tt:DNSname") ?? "";
    if (!isDomainName(name)) throw invalidArgument("ter:InvalidDnsName", "This is no name of a host");
    return name;
  }
  return checkedAddress(textOf(element, `tt:${kind}Address`) ?? "", kind === "IPv4" ? 4 : 6);
}

/** A `tt:PrefixedIPv4Address` or `tt:PrefixedIPv6Address`. Throws SoapFault. */
export function prefixedAddress(element: XmlElement, family: 4 | 6) {
  const address = checkedAddress(requiredText(element, "tt:Address"), family);
  const prefix = readInteger(requiredText(element, "tt:PrefixLength"));
  if (prefix >= 1 && prefix <= (family === 4 ? 32 : 128)) return { address, prefix };
  throw invalidArgument(`ter:InvalidIPv${family}Address`, "The prefix has too few or too many bits");
}

/** An address as `tt:IPAddress`, a name too as `tt:NetworkHost`. */
export function describeHost(name: QualifiedName, host: string): Xml {
  const family = addressFamily(host);
  if (family === undefined) return xml(name, xml("tt:Type", "DNS"), xml("tt:DNSname", host));
  const [bare] = host.split("%");
  return xml(name, xml("tt:Type", `IPv${family}`), xml(`tt:IPv${family}Address`, bare));
}

/** Throws SoapFault ActionNotSupported where the machine is not ours to change. */
export function changesOf({ changes }: Host): HostChanges {
  if (changes === undefined) throw notOurs("This server may not change the machine; set onvif.manage_host to allow it");
  return changes;
}

/** What this device does not change, whoever asks. */
export function notOurs(reason: string): SoapFault {
  return new SoapFault("Receiver", ["ter:ActionNotSupported"], reason);
}
