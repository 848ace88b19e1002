import { NAMESPACES } from "../../../soap/namespaces.ts";
import type { XmlElement } from "../../../soap/xml-element.ts";

/** A simple item of a message. */
export interface SimpleItem {
  readonly name: string;
  readonly value: string;
}

/** Whether a message's items pass. */
export type ItemTest = (items: readonly SimpleItem[]) => boolean;

const MAX_LENGTH = 4096;
/** Parentheses and negations within each other. */
const MAX_DEPTH = 16;
const TOKEN = /\s*(\/\/|[()[\]=:.@]|"[^"]*"|'[^']*'|[\p{L}_][\p{L}\p{N}_-]*)/uy;

/**
 * Reads the text of a MessageContent filter in ONVIF's ItemFilter dialect (Core Specification §9.6.4): `boolean(//tt:SimpleItem[@Name="a"
 * and @Value="b"])`, joined by `and`, `or`, `not(…)` and parentheses. Undefined: it is malformed.
 */
export function parseItemFilter(element: XmlElement): ItemTest | undefined {
  if (element.text.length > MAX_LENGTH || element.children.length > 0) return undefined;
  const tokens = tokenize(element.text);
  if (tokens === undefined) return undefined;
  try {
    const reader = new Reader(tokens, element);
    const test = reader.either(() => reader.content());
    reader.end();
    return test;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Malformed extends Error {}

function tokenize(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const rest = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < rest.length) {
    const token = TOKEN.exec(rest)?.[1];
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

type Test<Subject> = (subject: Subject) => boolean;

/** Descends through the tokens; `and` binds closer than `or`, as in XPath. */
class Reader {
  readonly #tokens: readonly string[];
  readonly #element: XmlElement;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly string[], element: XmlElement) {
    this.#tokens = tokens;
    this.#element = element;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new Malformed();
  }

  either<Subject>(leaf: () => Test<Subject>): Test<Subject> {
    const tests = [this.#both(leaf)];
    while (this.#skip("or")) tests.push(this.#both(leaf));
    return (subject) => tests.some((test) => test(subject));
  }

  /** `boolean(//tt:SimpleItem[…])` */
  content(): Test<readonly SimpleItem[]> {
    for (const token of ["boolean", "(", "//"]) this.#expect(token);
    const name = this.#name();
    const test: Test<SimpleItem> = this.#skip("[") ? this.#bracketed() : () => true;
    this.#expect(")");
    // our messages have simple items only
    return name === "SimpleItem" ? (items) => items.some(test) : () => false;
  }

  #bracketed(): Test<SimpleItem> {
    const test = this.either(() => this.#attribute());
    this.#expect("]");
    return test;
  }

  #attribute(): Test<SimpleItem> {
    this.#expect("@");
    const name = this.#next();
    this.#expect("=");
    const literal = this.#next();
    if ((name !== "Name" && name !== "Value") || !/^["']/.test(literal)) throw new Malformed();
    const wanted = literal.slice(1, -1);
    return name === "Name" ? (item) => item.name === wanted : (item) => item.value === wanted;
  }

  /** Of an item, with or without a prefix of ONVIF's schema. */
  #name(): string {
    this.#skip(".");
    const first = this.#next();
    const isPrefixed = this.#skip(":");
    const name = isPrefixed ? this.#next() : first;
    const namespace = this.#element.scope.get(first) ?? (first === "tt" ? NAMESPACES.tt : undefined);
    if (isPrefixed && namespace !== NAMESPACES.tt) throw new Malformed();
    if (name !== "SimpleItem" && name !== "ElementItem") throw new Malformed();
    return name;
  }

  #both<Subject>(leaf: () => Test<Subject>): Test<Subject> {
    const tests = [this.#one(leaf)];
    while (this.#skip("and")) tests.push(this.#one(leaf));
    return (subject) => tests.every((test) => test(subject));
  }

  #one<Subject>(leaf: () => Test<Subject>): Test<Subject> {
    const isNegated = this.#skip("not");
    if (!this.#skip("(")) {
      if (isNegated) throw new Malformed();
      return leaf();
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new Malformed();
    const test = this.either(leaf);
    this.#expect(")");
    this.#depth -= 1;
    return isNegated ? (subject) => !test(subject) : test;
  }

  #skip(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (!this.#skip(token)) throw new Malformed();
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Malformed();
    this.#at += 1;
    return token;
  }
}
