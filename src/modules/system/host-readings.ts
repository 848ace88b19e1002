import { readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import type { Clock } from "../../core/clock.ts";
import type { StorageReading, TemperatureReading } from "./model.ts";

/** What the machine says about itself. */
export interface HostReadings {
  /** Undefined while the data folder cannot be read. */
  storage(): Promise<StorageReading | undefined>;
  /** Percent of one core that this process used since the call before; undefined at the first. */
  cpuPercent(): number | undefined;
  rssBytes(): number;
  /** Empty where the kernel has no thermal zones. */
  temperatures(): readonly TemperatureReading[];
}

const THERMAL_FOLDER = "/sys/class/thermal";
/** Machines have a handful; the rest of a strange list is left out. */
const MAX_ZONES = 16;

/** Reads /proc, /sys and the file system of `dataFolder` on each call; what cannot be read is left out. */
export function createHostReadings(clock: Clock, dataFolder: string): HostReadings {
  let last: { readonly atUs: number; readonly usedUs: number } | undefined;
  return {
    storage: () => readStorage(dataFolder).catch(() => undefined),
    cpuPercent() {
      const { user, system } = process.cpuUsage();
      const now = { atUs: clock.monotonicUs(), usedUs: user + system };
      const before = last;
      last = now;
      if (before === undefined || now.atUs <= before.atUs) return undefined;
      return Math.round(((now.usedUs - before.usedUs) / (now.atUs - before.atUs)) * 1000) / 10;
    },
    rssBytes: () => process.memoryUsage.rss(),
    temperatures: readTemperatures,
  };
}

async function readStorage(folder: string): Promise<StorageReading> {
  const { bsize, blocks, bfree, bavail } = await statfs(folder);
  return { free_bytes: bavail * bsize, used_bytes: (blocks - bfree) * bsize, total_bytes: blocks * bsize };
}

function readTemperatures(): readonly TemperatureReading[] {
  try {
    return readdirSync(THERMAL_FOLDER)
      .filter((zone) => zone.startsWith("thermal_zone"))
      .slice(0, MAX_ZONES)
      .flatMap(readZone);
  } catch {
    return [];
  }
}

function readZone(zone: string): readonly TemperatureReading[] {
  try {
    const name = readFileSync(`${THERMAL_FOLDER}/${zone}/type`, "utf8").trim();
    const milliCelsius = Number(readFileSync(`${THERMAL_FOLDER}/${zone}/temp`, "utf8"));
    return Number.isFinite(milliCelsius) ? [{ name, celsius: milliCelsius / 1000 }] : [];
  } catch {
    // A zone whose sensor is off answers EAGAIN or ENODATA.
    return [];
  }
}
