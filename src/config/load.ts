import { isIPv6 } from "node:net";
import { AppError } from "../core/errors.ts";
import { isStrongPassword, PASSWORD_RULE } from "../identity/password-policy.ts";
import { type ConfigFile, NO_FILE, parseConfigFile } from "./config-file.ts";
import type { ConfigInputs } from "./config-inputs.ts";
import { environmentLayer, environmentWarnings } from "./environment.ts";
import { flagLayer, flagProblems, logLevelOf } from "./flags.ts";
import { type ConfigLayer, camelCase, declarationOf, type GivenValue, keysOf, SECTION_NAMES } from "./given-values.ts";
import { choosePorts } from "./ports.ts";
import type { ConfigOrigin, SectionConfig, ServerConfig } from "./server-config.ts";

const FILE_NAME = "rotordream.toml";
const SYSTEM_FILE = `/etc/rotordream/${FILE_NAME}`;
const SYSTEM_DATA_FOLDER = "/var/lib/rotordream";
/** Password of `admin` in a demo on loopback. */
export const DEMO_PASSWORD = "password";
const ADMIN = "admin";
const LOOPBACK = ["127.0.0.1", "::1"];
/** RFC 4291 §2.5.5.2: an IPv4 address that IPv6 sockets without IPv4 cannot bind. */
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;

/**
 * Decides the whole configuration: defaults, then file, environment and flags, each over the one before; then what `--demo` and a missing
 * right to low ports replace. Throws AppError `configuration` with every problem found, one a line.
 */
export function loadConfig(inputs: ConfigInputs): ServerConfig {
  const { flags } = inputs;
  const dataFolder = dataFolderOf(inputs);
  const { path: configFile, file } = findFile(inputs, dataFolder);
  const sources = { file, environment: environmentLayer(inputs.environment), flag: flagLayer(flags) };
  const layers = Object.values(sources);
  const problems = [...flagProblems(flags), ...layers.flatMap((layer) => layer.problems)];
  refuse(problems);

  const given = latestValues(layers.flatMap((layer) => layer.values));
  const isGiven = (name: string) => given.has(name);
  const sections = merge(given, flags.demo ? DEMO_DEFAULTS : NO_DEFAULTS);
  const listen = expandListen(sections.server.listen);
  const loopbackOnly = listen.every(isLoopback);
  const auth = flags.demo ? demoAuth(sections.auth, loopbackOnly, isGiven) : sections.auth;
  const ports = choosePorts(sections.server, isGiven, inputs);
  refuse([...ports.problems, ...passwordProblems(auth.adminPassword, flags.demo && loopbackOnly)]);

  return deepFreeze({
    ...sections,
    server: { ...sections.server, ...ports.ports, listen },
    auth,
    demo: flags.demo,
    loopbackOnly,
    source: flags.source ?? (flags.demo ? "test" : "auto"),
    dataFolder: dataFolder ?? inputs.makeTemporaryFolder(),
    temporaryDataFolder: dataFolder === undefined,
    origins: originsOf(sources),
    configFile,
    logLevel: logLevelOf(flags.logLevel) ?? "info",
    discovery: flags.discovery,
    lights: file.lights,
    ptz: file.ptz,
    rotors: file.rotors,
    warnings: [...environmentWarnings(inputs.environment), ...ports.warnings],
  });
}

/** Whether an IP literal is a loopback address. */
function isLoopback(address: string): boolean {
  return address === "::1" || /^127(\.\d{1,3}){3}$/.test(address);
}

/** Values by `section.key` that stand in for the declaration's defaults. */
type Defaults = ReadonlyMap<string, unknown>;
const NO_DEFAULTS: Defaults = new Map();
const DEMO_DEFAULTS: Defaults = new Map<string, unknown>([
  ["server.listen", LOOPBACK],
  ["auth.anonymous", "viewer"],
]);

/** Undefined: a demo's temporary folder, made once everything else is known to be right. */
function dataFolderOf(inputs: ConfigInputs): string | undefined {
  const { flags, environment, isRoot } = inputs;
  if (flags.dataDir !== undefined) return inputs.absolutePath(flags.dataDir);
  if (flags.demo) return undefined;
  const home = environment.HOME;
  if (isRoot || home === undefined || inputs.isWritableFolder(SYSTEM_DATA_FOLDER)) return SYSTEM_DATA_FOLDER;
  return `${home}/.local/share/rotordream`;
}

/** A demo leaves `/etc` alone: what is there was written for the real device. */
function findFile(
  inputs: ConfigInputs,
  dataFolder: string | undefined,
): { path: string | undefined; file: ConfigFile } {
  const named = inputs.flags.config === undefined ? undefined : inputs.absolutePath(inputs.flags.config);
  const candidates = named ? [named] : [];
  if (named === undefined && !inputs.flags.demo) candidates.push(SYSTEM_FILE);
  if (named === undefined && dataFolder !== undefined) candidates.push(`${dataFolder}/${FILE_NAME}`);
  for (const path of candidates) {
    const text = inputs.readFile(path);
    if (text !== undefined) return { path, file: parseConfigFile(path, text) };
  }
  refuse(named === undefined ? [] : [`--config: there is no file ${named}`]);
  return { path: undefined, file: NO_FILE };
}

/** The last source that gives a value counts. */
function originsOf(sources: Readonly<Record<ConfigOrigin, ConfigLayer>>): ServerConfig["origins"] {
  const origins: Record<string, ConfigOrigin> = {};
  for (const origin of ["file", "environment", "flag"] as const)
    for (const { section, key } of sources[origin].values) origins[`${section}.${key}`] = origin;
  return origins;
}

function latestValues(values: readonly GivenValue[]): ReadonlyMap<string, unknown> {
  return new Map(values.map((one) => [`${one.section}.${one.key}`, one.value]));
}

function merge(given: ReadonlyMap<string, unknown>, replaced: Defaults): SectionConfig {
  const sections: Record<string, Record<string, unknown>> = {};
  for (const section of SECTION_NAMES) {
    const values: Record<string, unknown> = {};
    for (const key of keysOf(section)) {
      const name = `${section}.${key}`;
      const initial = replaced.has(name) ? replaced.get(name) : declarationOf(section, key)?.initial;
      values[camelCase(key)] = given.has(name) ? given.get(name) : initial;
    }
    sections[section] = values;
  }
  // Every value was checked against the declaration that the type is made from.
  return sections as unknown as SectionConfig;
}

/** Without names and doubles. An "any" address covers its family: nothing could be bound beside it. */
function expandListen(listen: readonly string[]): readonly string[] {
  const addresses = new Set(
    listen.flatMap((address) => (address === "localhost" ? LOOPBACK : [address.replace(MAPPED_IPV4, "")])),
  );
  return [...addresses].filter((address) => {
    const any = isIPv6(address) ? "::" : "0.0.0.0";
    return address === any || !addresses.has(any);
  });
}

/** On loopback everybody may look and the password is known; elsewhere neither. */
function demoAuth(
  auth: ServerConfig["auth"],
  loopbackOnly: boolean,
  isGiven: (name: string) => boolean,
): ServerConfig["auth"] {
  if (loopbackOnly) return { ...auth, adminPassword: auth.adminPassword ?? DEMO_PASSWORD };
  if (auth.adminPassword === undefined) {
    refuse(["--demo with a --listen address other than loopback needs --admin-password: its own password is public"]);
  }
  return isGiven("auth.anonymous") ? auth : { ...auth, anonymous: "guest" };
}

function passwordProblems(password: string | undefined, isFree: boolean): readonly string[] {
  if (password === undefined || isFree || isStrongPassword(password, ADMIN)) return [];
  return [`--admin-password (auth.admin_password) is too weak: ${PASSWORD_RULE}`];
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new AppError("configuration", problems.join("\n"));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
