import { expect } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { expandedName } from "../../src/soap/namespaces.ts";
import { findChild, findChildren, findPath, type XmlElement } from "../../src/soap/xml-element.ts";
import { type OnvifClient, type OnvifReply, subcodes } from "./onvif-client.ts";

/** The text at a path; empty where there is none. */
export function textAt(element: XmlElement | undefined, ...path: readonly QualifiedName[]): string {
  return findPath(element, ...path)?.text ?? "";
}

/** The number at a path; NaN where there is none. */
export function numberAt(element: XmlElement | undefined, ...path: readonly QualifiedName[]): number {
  const text = textAt(element, ...path);
  return text === "" ? Number.NaN : Number(text);
}

/** The closed range in an element. */
export function rangeAt(
  element: XmlElement | undefined,
  ...path: readonly QualifiedName[]
): [min: number, max: number] {
  const range = findPath(element, ...path);
  return [numberAt(range, "tt:Min"), numberAt(range, "tt:Max")];
}

/** `WIDTHxHEIGHT` of each child of that name. */
export function sizesAt(element: XmlElement | undefined, name: QualifiedName): readonly string[] {
  return findChildren(element, name).map((size) => `${textAt(size, "tt:Width")}x${textAt(size, "tt:Height")}`);
}

/** An element of ours as text, so that an answer can be sent back; `changed`: texts by the path of local names, `@name` an attribute, undefined leaves out. */
export function rewritten(
  element: XmlElement,
  name: string,
  changed: Readonly<Record<string, string | undefined>> = {},
  path = "",
): string {
  const attributes = new Map([...element.attributes].map(([key, value]) => [key, value]));
  for (const [key, value] of Object.entries(changed)) {
    if (!key.startsWith(`${path}@`)) continue;
    const attribute = key.slice(path.length + 1);
    if (value === undefined) attributes.delete(attribute);
    else attributes.set(attribute, value);
  }
  const written = [...attributes].map(([key, value]) => ` ${key}="${value}"`).join("");
  const children = element.children.flatMap((child) => {
    const at = `${path}${child.name}`;
    if (at in changed && changed[at] === undefined) return [];
    const prefix = child.namespace.includes("b-2") ? "wsnt" : "tt";
    return [rewritten(child, `${prefix}:${child.name}`, changed, `${at}/`)];
  });
  const text = changed[path.slice(0, -1)] ?? (children.length === 0 ? element.text : "");
  return `<${name}${written}>${text}${children.join("")}</${name}>`;
}

/** Values of a token attribute of each child. */
export function tokensOf(element: XmlElement, name: QualifiedName): readonly string[] {
  return findChildren(element, name).map(({ attributes }) => attributes.get("token") ?? "");
}

/** Asks with one token. */
export async function askFor(
  client: OnvifClient,
  operation: QualifiedName,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> {
  return client.ask(operation, written(operation, parameters));
}

/** Parameters as a request's content. */
export function written(operation: QualifiedName, parameters: Readonly<Record<string, string>>): string {
  const prefix = operation.split(":")[0];
  return Object.entries(parameters)
    .map(([name, value]) => `<${prefix}:${name}>${value}</${prefix}:${name}>`)
    .join("");
}

/** The first child of an answer. */
export function only(element: XmlElement, name: QualifiedName): XmlElement {
  const found = findChild(element, name);
  if (found === undefined) throw new Error(`${element.name} has no ${expandedName(name).local}`);
  return found;
}

/** The fault's subcodes of a request that must be refused. */
export async function faultOf(
  client: OnvifClient,
  operation: QualifiedName,
  content: string,
): Promise<readonly string[]> {
  const reply = await client.call(operation, content);
  expect(reply.status, `${operation} ${content}`).not.toBe(200);
  return subcodes(reply);
}

/** A video encoder's configuration of media ver10. */
export async function encoder(client: OnvifClient, token: string): Promise<XmlElement> {
  return only(
    await askFor(client, "trt:GetVideoEncoderConfiguration", { ConfigurationToken: token }),
    "trt:Configuration",
  );
}

/** Sends it back with changes. */
export async function setEncoder(
  client: OnvifClient,
  token: string,
  changed: Readonly<Record<string, string | undefined>>,
): Promise<OnvifReply> {
  const content = rewritten(await encoder(client, token), "trt:Configuration", changed);
  return client.call("trt:SetVideoEncoderConfiguration", `${content}<trt:ForcePersistence>true</trt:ForcePersistence>`);
}

/** The settings that somebody chooses, over REST. */
export async function settingsOf(http: string): Promise<Record<string, unknown>> {
  const answer = (await (await fetch(`${http}/api/settings`)).json()) as { data: Record<string, unknown> };
  // what the device reports by itself, such as the first picture of a camera, is left out
  const reported = ["streams", "viewers", "storage", "temperature", "warnings", "motion", "cam1-exists", "cam2-exists"];
  return Object.fromEntries(Object.entries(answer.data).filter(([key]) => !reported.includes(key)));
}
