import { readFileSync } from "node:fs";
import { version } from "../../package.json" with { type: "json" };
import { configText } from "../cli/config-text.ts";
import { examine } from "../cli/doctor/doctor.ts";
import { camelCase, declarationOf, keysOf, SECTION_NAMES } from "../config/given-values.ts";
import { DEMO_PASSWORD } from "../config/load.ts";
import { attempt } from "../config/proc.ts";
import type { ServerConfig } from "../config/server-config.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { PERMISSIONS } from "../identity/permissions.ts";
import { describeEvent } from "../modules/events/model.ts";
import type { SettingsService } from "../modules/settings/service.ts";
import type { StreamService } from "../modules/stream/service.ts";
import { createSupportService, type SupportService } from "../modules/support/service.ts";
import type { SystemService } from "../modules/system/service.ts";
import type { Foundation } from "./foundation.ts";
import { videoDevices } from "./video-devices.ts";

const MAX_EVENTS = 1000;
/** Of the kernel and the distribution; what a machine lacks is left out. */
const MACHINE_FILES = [
  "/etc/os-release",
  "/proc/version",
  "/proc/uptime",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/cpuinfo",
  "/proc/self/status",
  "/proc/self/limits",
  "/sys/firmware/devicetree/base/model",
];
const MAX_FILE_LENGTH = 64 * 1024;

/** What is told of the device. */
export interface SupportParts {
  readonly foundation: Foundation;
  readonly system: SystemService;
  readonly streams: StreamService;
  readonly settings: SettingsService;
  /** JSON, oldest first. */
  readonly recentLines: () => readonly string[];
}

/** The support bundle of this device. */
export function createSupport({ foundation, system, streams, settings, recentLines }: SupportParts): SupportService {
  const { config, clock, audit, log, events, library } = foundation;
  const all = new Set(PERMISSIONS);
  const asker = { host: "localhost", origin: "http://localhost", showsWho: true };
  return createSupportService({
    audit,
    log: log.child("support"),
    scheduler: systemScheduler,
    wallMs: clock.wallMs,
    secrets: () => secretsOf(config),
    parts: [
      { name: "info.json", read: () => system.description() },
      { name: "status.json", read: () => system.status() },
      { name: "health.json", read: () => system.health() },
      { name: "time.json", read: () => system.time() },
      { name: "streams.json", read: () => streams.streams(asker) },
      { name: "cameras.json", read: () => system.cameras() },
      { name: "video-devices.json", read: () => videoDevices(library) },
      { name: "settings.json", read: () => settings.all(all) },
      { name: "settings-schema.json", read: () => settings.schema(all) },
      { name: "configuration.toml", read: () => configText(withoutArguments(config)) },
      { name: "doctor.txt", read: async () => (await examine(config, clock.wallMs(), true)).text },
      { name: "log.jsonl", read: () => `${recentLines().join("\n")}\n` },
      { name: "events.json", read: () => events.list({ limit: MAX_EVENTS }).map(describeEvent) },
      { name: "machine.txt", read: machineText },
    ],
  });
}

/** The demo's own is no secret, but a word that stands everywhere. */
function secretsOf(config: ServerConfig): readonly string[] {
  return SECTION_NAMES.flatMap((section) => {
    const values: Readonly<Record<string, unknown>> = config[section];
    return keysOf(section)
      .filter((key) => declarationOf(section, key)?.secret)
      .map((key) => values[camelCase(key)])
      .filter((value) => typeof value === "string" && value !== DEMO_PASSWORD);
  }) as readonly string[];
}

/** Programs run as drivers take what they need as arguments, perhaps passwords, which look like anything else. */
function withoutArguments(config: ServerConfig): ServerConfig {
  const bare = <T extends { readonly driver: string }>(entries: readonly T[]) =>
    entries.map((entry) => (isCommand(entry) ? { ...entry, command: [entry.command[0], "(not shown)"] } : entry));
  return { ...config, lights: bare(config.lights), ptz: bare(config.ptz), rotors: bare(config.rotors) };
}

function isCommand(entry: object): entry is { readonly command: readonly string[] } {
  return "command" in entry;
}

function machineText(): string {
  const files = MACHINE_FILES.map((path) => {
    const text = attempt(() => readFileSync(path, "utf8").slice(0, MAX_FILE_LENGTH).replaceAll("\0", ""), "");
    return text === "" ? "" : `# ${path}\n${text.trimEnd()}\n\n`;
  });
  return `# RotorDream ${version}, Bun ${Bun.version}, ${process.platform} ${process.arch}\n\n${files.join("")}`;
}
