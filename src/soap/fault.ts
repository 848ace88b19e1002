import { NAMESPACES } from "./namespaces.ts";
import { type Xml, type XmlContent, xml } from "./xml-writer.ts";

/** SOAP 1.2 §5.4.6. */
export type FaultCode = "Sender" | "Receiver" | "VersionMismatch" | "MustUnderstand";

/** A fault as the ONVIF Core Specification §5.8.2 names them, subcodes from the outer to the inner one: `["ter:InvalidArgVal", "ter:NoProfile"]`. */
export class SoapFault extends Error {
  readonly code: FaultCode;
  readonly subcodes: readonly string[];
  readonly detail: XmlContent;
  /** Of WS-Addressing; faults that a WSDL declares have their own. */
  readonly action: string;

  constructor(
    code: FaultCode,
    subcodes: readonly string[],
    reason: string,
    detail?: XmlContent,
    action: string = FAULT_ACTION,
  ) {
    super(reason);
    this.name = "SoapFault";
    this.code = code;
    this.subcodes = subcodes;
    this.detail = detail;
    this.action = action;
  }
}

/** The client must log in, or may not do this. */
export function notAuthorized(): SoapFault {
  return new SoapFault("Sender", ["ter:NotAuthorized"], "Sender not Authorized");
}

/** A value cannot be taken; `inner` is the operation's own subcode, such as `ter:NoProfile`. */
export function invalidArgument(inner: `ter:${string}` | undefined, reason: string): SoapFault {
  return new SoapFault("Sender", ["ter:InvalidArgVal", ...(inner === undefined ? [] : [inner])], reason);
}

/** The request's form is wrong: something is missing or cannot be read. */
export function invalidArgs(reason: string): SoapFault {
  return new SoapFault("Sender", ["ter:InvalidArgs"], reason);
}

/** The device has this operation's service but not the operation. */
export function notOffered(): SoapFault {
  return new SoapFault("Receiver", ["ter:ActionNotSupported"], "Optional Action Not Implemented");
}

/** Something failed on our side or in the hardware; `inner` is the operation's own subcode. */
export function actionFailed(inner: `ter:${string}` | undefined, reason: string): SoapFault {
  return new SoapFault("Receiver", ["ter:Action", ...(inner === undefined ? [] : [inner])], reason);
}

/** The fault as a body's only child. */
export function faultBody({ code, subcodes, message, detail }: SoapFault): Xml {
  const nested = subcodes.reduceRight<Xml | undefined>(
    (inner, value) => xml("env:Subcode", xml("env:Value", value), inner),
    undefined,
  );
  return xml(
    "env:Fault",
    xml("env:Code", xml("env:Value", `env:${code}`), nested),
    xml("env:Reason", xml("env:Text", { "xml:lang": "en" }, message)),
    detail === undefined ? undefined : xml("env:Detail", detail),
  );
}

/** The Action that WS-Addressing gives faults (SOAP Binding §6). */
const FAULT_ACTION = `${NAMESPACES.wsa}/soap/fault`;
