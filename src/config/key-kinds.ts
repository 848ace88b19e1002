import { isIP } from "node:net";
import * as v from "valibot";
import { parseIceServerUrl } from "../ice/server-url.ts";

/** One configuration key: what it accepts, its default and whether a change needs a restart. */
export interface ConfigKey<T> {
  readonly schema: v.GenericSchema<T>;
  /** Completes "allowed: …" in errors and help. */
  readonly allowed: string;
  readonly initial: T;
  readonly apply: "live" | "restart";
  /** Its value never stands in an error, a log or `config show`. */
  readonly secret: boolean;
  /** The command line's form, such as `--http-port`. */
  readonly flag: string | undefined;
  /** Reads the text of an environment variable or flag into what the file would hold; the schema judges it afterwards. */
  readonly fromText: (text: string) => unknown;
}

interface KeyOptions {
  readonly apply?: "live" | "restart";
  readonly secret?: boolean;
  readonly flag?: string;
}

/** Longest text of one value: paths, URLs and names are far shorter. */
const MAX_TEXT_LENGTH = 1024;
/** Most entries of one list: more hosts, proxies or servers than a device meets. */
const MAX_LIST_LENGTH = 64;

/** True or false; in the environment also 1 and 0. */
export function toggle(initial: boolean, options: KeyOptions = {}): ConfigKey<boolean> {
  return key(v.boolean(), "true or false", initial, options, (text) => {
    if (text === "true" || text === "1") return true;
    if (text === "false" || text === "0") return false;
    return text;
  });
}

/** A whole number within a closed range. */
export function whole(minimum: number, maximum: number, initial: number, options: KeyOptions = {}): ConfigKey<number> {
  const schema = v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return key(schema, allowed, initial, options, (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : text));
}

/** A TCP or UDP port; 0 is any free one. */
export function port(initial: number, flag: string): ConfigKey<number> {
  const kind = whole(0, 65535, initial, { flag });
  return { ...kind, allowed: "a port from 1 to 65535, or 0 for any free one" };
}

/** One of a few words. */
export function choice<const W extends string>(
  words: readonly W[],
  initial: NoInfer<W>,
  options: KeyOptions = {},
): ConfigKey<W> {
  return key(v.picklist(words), words.map((word) => `"${word}"`).join(" or "), initial, options, (text) => text);
}

/** What one text must look like. */
export interface TextForm {
  readonly allowed: string;
  readonly accepts: (text: string) => boolean;
}

/** A text of a given form; undefined unless configured. */
export function optionalText(form: TextForm, options: KeyOptions = {}): ConfigKey<string | undefined> {
  return key(v.optional(textOf(form)), form.allowed, undefined, options, (text) => text);
}

/** A text of a given form with a default. */
export function text(form: TextForm, initial: string, options: KeyOptions = {}): ConfigKey<string> {
  return key(textOf(form), form.allowed, initial, options, (given) => given);
}

/** A list of texts; one text stands for a list of one, commas separate entries in the environment and flags. */
export function list(
  form: TextForm,
  initial: readonly string[],
  options: KeyOptions = {},
): ConfigKey<readonly string[]> {
  const schema: v.GenericSchema<readonly string[]> = v.pipe(v.array(textOf(form)), v.maxLength(MAX_LIST_LENGTH));
  const allowed = `a list of at most ${MAX_LIST_LENGTH}, each ${form.allowed}`;
  return key(schema, allowed, initial, options, (given) =>
    given
      .split(",")
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ""),
  );
}

/** Any text without control characters. */
export const ANY_TEXT: TextForm = { allowed: "a text", accepts: () => true };

/** A path from the root. */
export const ABSOLUTE_PATH: TextForm = { allowed: "an absolute path", accepts: (given) => given.startsWith("/") };

/** IPv4 or IPv6 literal, or `localhost` for both loopback addresses. */
export const LISTEN_ADDRESS: TextForm = {
  allowed: 'an IPv4 or IPv6 address (such as "0.0.0.0" or "::") or "localhost"',
  accepts: (given) => given === "localhost" || isIP(given) !== 0,
};

/** IPv4 or IPv6 literal. */
export const IP_ADDRESS: TextForm = { allowed: "an IPv4 or IPv6 address", accepts: (given) => isIP(given) !== 0 };

/** IPv4 or IPv6 network, RFC 4632 notation; a bare address is a network of one. */
export const CIDR: TextForm = {
  allowed: 'a network such as "10.0.0.0/8" or "fd00::/8"',
  accepts: (given) => {
    const [address = "", bits, ...rest] = given.split("/");
    const family = isIP(address);
    if (family === 0 || rest.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  },
};

/** Scheme, host and port as a browser's `Origin` carries them. */
export const WEB_ORIGIN: TextForm = {
  allowed: 'an origin such as "https://nvr.example:8443", without a path',
  accepts: (given) => webUrl(given)?.origin === given,
};

/** The URL under which a proxy publishes the device. */
export const WEB_URL: TextForm = {
  allowed: 'a URL such as "https://camera.example"',
  accepts: (given) => {
    const url = webUrl(given);
    return url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  },
};

/** A name for `Host` headers, without a port. */
export const HOST_NAME: TextForm = {
  allowed: 'a host name such as "camera.example", without a port',
  accepts: (given) =>
    given.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?$/.test(given),
};

/** STUN or TURN server, RFC 7064 and RFC 7065. */
export const ICE_SERVER: TextForm = {
  allowed: 'a STUN or TURN URL such as "turn:turn.example:3478?transport=udp"',
  accepts: (given) => parseIceServerUrl(given) !== undefined,
};

/** IPv4 or IPv6 multicast group. */
export const MULTICAST_GROUP: TextForm = {
  allowed: 'a multicast address such as "239.255.42.42"',
  accepts: (given) => (isIP(given) === 4 ? /^2(2[4-9]|3\d)\./.test(given) : isIP(given) === 6 && /^ff/i.test(given)),
};

function webUrl(given: string): URL | undefined {
  const url = URL.parse(given);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") ? url : undefined;
}

function textOf(form: TextForm): v.GenericSchema<string> {
  const printable = (given: string) => !/\p{Cc}/u.test(given);
  return v.pipe(v.string(), v.nonEmpty(), v.maxLength(MAX_TEXT_LENGTH), v.check(printable), v.check(form.accepts));
}

function key<T>(
  schema: v.GenericSchema<T>,
  allowed: string,
  initial: T,
  options: KeyOptions,
  fromText: (text: string) => unknown,
): ConfigKey<T> {
  return {
    schema,
    allowed,
    initial,
    apply: options.apply ?? "restart",
    secret: options.secret ?? false,
    flag: options.flag,
    fromText,
  };
}
