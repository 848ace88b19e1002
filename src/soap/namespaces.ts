/** The namespaces that we speak, by the prefixes under which our answers and the operation tables name them. */
export const NAMESPACES = {
  env: "http://www.w3.org/2003/05/soap-envelope",
  wsa: "http://www.w3.org/2005/08/addressing",
  wsse: "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
  wsu: "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
  wsnt: "http://docs.oasis-open.org/wsn/b-2",
  wstop: "http://docs.oasis-open.org/wsn/t-1",
  wsrf: "http://docs.oasis-open.org/wsrf/rw-2",
  wsrfbf: "http://docs.oasis-open.org/wsrf/bf-2",
  wsrfr: "http://docs.oasis-open.org/wsrf/r-2",
  xs: "http://www.w3.org/2001/XMLSchema",
  tt: "http://www.onvif.org/ver10/schema",
  ter: "http://www.onvif.org/ver10/error",
  tns1: "http://www.onvif.org/ver10/topics",
  tds: "http://www.onvif.org/ver10/device/wsdl",
  trt: "http://www.onvif.org/ver10/media/wsdl",
  tr2: "http://www.onvif.org/ver20/media/wsdl",
  tptz: "http://www.onvif.org/ver20/ptz/wsdl",
  timg: "http://www.onvif.org/ver20/imaging/wsdl",
  tev: "http://www.onvif.org/ver10/events/wsdl",
  tmd: "http://www.onvif.org/ver10/deviceIO/wsdl",
  tan: "http://www.onvif.org/ver20/analytics/wsdl",
  axt: "http://www.onvif.org/ver20/analytics",
} as const;

/** One of those prefixes. */
export type Prefix = keyof typeof NAMESPACES;

/** A name as answers and tables write it: `tds:GetHostname`. */
export type QualifiedName = `${Prefix}:${string}`;

/** Splits a name of ours into its namespace and local name. */
export function expandedName(name: QualifiedName): { readonly namespace: string; readonly local: string } {
  const colon = name.indexOf(":");
  return { namespace: NAMESPACES[name.slice(0, colon) as Prefix], local: name.slice(colon + 1) };
}
