import { AppError } from "../core/errors.ts";

/** Browsers' offers have 2–7 KiB, with many devices and candidates perhaps 20 (contract: SDP of 1 MB is refused). */
export const MAX_SDP_BYTES = 64 * 1024;
/** A browser's offer for every kind of media has three. */
const MAX_SECTIONS = 32;

/** `a=name:value`; a flag has an empty value. */
export interface SdpAttribute {
  readonly name: string;
  readonly value: string;
}

/** A media section (RFC 8866 §5.14). */
export interface SdpSection {
  readonly kind: string;
  readonly port: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  readonly attributes: readonly SdpAttribute[];
}

/** What a description says: attributes of the whole session, then its sections in order. */
export interface SdpLines {
  readonly attributes: readonly SdpAttribute[];
  readonly sections: readonly SdpSection[];
}

/**
 * Splits SDP (RFC 8866) into sections and attributes; other lines are passed over. Throws AppError `too-large`, or `bad-request`
 * with the offset of what is wrong. `fragment`: RFC 8840 §9, without the lines that begin a description.
 */
export function parseSdpLines(text: string, form: "description" | "fragment" = "description"): SdpLines {
  if (text.length > MAX_SDP_BYTES) throw new AppError("too-large", `The SDP is larger than ${MAX_SDP_BYTES} bytes`);
  if (form === "description" && !/^v=0\r?\n/.test(text)) throw refusal("does not begin with v=0", 0);
  const session: SdpAttribute[] = [];
  const sections: (SdpSection & { readonly attributes: SdpAttribute[] })[] = [];
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf("\n", at);
    const end = feed === -1 ? text.length : feed;
    const line = text.slice(at, end).replace(/\r$/, "");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what we echo must not hold any
    if (line !== "" && !/^[a-z]=[^\u0000-\u001f\u007f]*$/.test(line)) throw refusal("has a line that is no SDP", at);
    if (line.startsWith("m=")) {
      if (sections.length === MAX_SECTIONS) throw refusal(`has more than ${MAX_SECTIONS} media sections`, at);
      sections.push({ ...mediaLine(line, at), attributes: [] });
    } else if (line.startsWith("a=")) (sections.at(-1)?.attributes ?? session).push(attributeOf(line));
    at = end + 1;
  }
  return { attributes: session, sections };
}

/** Value of the first attribute of a name; undefined when there is none. */
export function firstOf(attributes: readonly SdpAttribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

/** Values of all attributes of a name. */
export function allOf(attributes: readonly SdpAttribute[], name: string): readonly string[] {
  return attributes.filter((attribute) => attribute.name === name).map(({ value }) => value);
}

function attributeOf(line: string): SdpAttribute {
  const colon = line.indexOf(":");
  if (colon === -1) return { name: line.slice(2).trim(), value: "" };
  return { name: line.slice(2, colon), value: line.slice(colon + 1).trim() };
}

function mediaLine(line: string, offset: number): Omit<SdpSection, "attributes"> {
  const [kind = "", port = "", protocol = "", ...formats] = line.slice(2).trim().split(/ +/);
  const [number = ""] = port.split("/");
  if (!/^[A-Za-z]{1,32}$/.test(kind) || !/^\d{1,5}$/.test(number) || Number(number) > 65535)
    throw refusal("has a malformed m= line", offset);
  const isFormat = (format: string) => /^[A-Za-z0-9*._+-]{1,64}$/.test(format);
  if (!/^[A-Za-z0-9/.-]{1,64}$/.test(protocol) || formats.length === 0 || !formats.every(isFormat))
    throw refusal("has a malformed m= line", offset);
  return { kind, port: Number(number), protocol, formats };
}

function refusal(what: string, offset: number): AppError {
  return new AppError("bad-request", `The SDP ${what}`, { offset });
}
