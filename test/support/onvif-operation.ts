import { ROLE_PERMISSIONS } from "../../src/identity/permissions.ts";
import type { OnvifService } from "../../src/modules/onvif/operation.ts";
import { writeDocument } from "../../src/soap/envelope.ts";
import { SoapFault } from "../../src/soap/fault.ts";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import type { XmlElement } from "../../src/soap/xml-element.ts";
import { readXml } from "../../src/soap/xml-reader.ts";
import { noteCall } from "./onvif-calls.ts";
import { DECLARATIONS } from "./onvif-client.ts";

/** Calls one operation of a service without its way over HTTP: the answer, or the fault's subcodes, inner last. Other errors are thrown. */
export async function callOperation(
  { operations }: OnvifService,
  name: QualifiedName,
  content = "",
): Promise<XmlElement | string> {
  noteCall(name);
  const operation = operations[name];
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  const caller = {
    identity: { user: "admin", permissions: new Set(ROLE_PERMISSIONS.administrator) },
    origin: "http://192.0.2.7",
    host: "192.0.2.7",
    address: "192.0.2.1",
    isSecure: false,
    target: undefined,
    signal: new AbortController().signal,
    addressing: { action: undefined, messageId: undefined, to: undefined },
  };
  try {
    const answer = await operation.answer(readXml(`<${name}${DECLARATIONS}>${content}</${name}>`), caller);
    return readXml(writeDocument(`${name}Response`, answer));
  } catch (error) {
    if (error instanceof SoapFault) return error.subcodes.join(" ");
    throw error;
  }
}
