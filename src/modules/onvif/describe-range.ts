import type { QualifiedName } from "../../soap/namespaces.ts";
import { type Xml, xml } from "../../soap/xml-writer.ts";

/** An element of type `tt:FloatRange` or `tt:IntRange`. */
export function describeRange(
  element: QualifiedName,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): Xml {
  return xml(element, xml("tt:Min", minimum), xml("tt:Max", maximum));
}
