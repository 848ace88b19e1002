import { expandedName, type QualifiedName } from "./namespaces.ts";

/** An element that was read. Prefixes are resolved: they mean nothing, namespaces everything. */
export interface XmlElement {
  /** Empty: none. */
  readonly namespace: string;
  readonly name: string;
  /** Values of attributes without a prefix by name, of others by `{namespace}name`; declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Namespaces by prefix in force here, for contents that are qualified names. */
  readonly scope: ReadonlyMap<string, string>;
  /** Text between the tags without that of children, references resolved, outer white space removed. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Whether an element has this name of ours. */
export function isNamed(element: XmlElement, name: QualifiedName): boolean {
  const { namespace, local } = expandedName(name);
  return element.name === local && element.namespace === namespace;
}

/** The first child of this name. */
export function findChild(element: XmlElement | undefined, name: QualifiedName): XmlElement | undefined {
  return element?.children.find((child) => isNamed(child, name));
}

/** All children of this name. */
export function findChildren(element: XmlElement | undefined, name: QualifiedName): readonly XmlElement[] {
  return element?.children.filter((child) => isNamed(child, name)) ?? [];
}

/** What was reached by this path of children. */
export function findPath(element: XmlElement | undefined, ...path: readonly QualifiedName[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((parent, name) => findChild(parent, name), element);
}
