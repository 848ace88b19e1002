import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../core/errors.ts";
import type { Lamp } from "./lamp.ts";

/** A light of the kernel's LED class. `root`: its folder, `/sys/class/leds` outside of tests. */
export function createLedLamp(name: string, root: string): Lamp {
  const folder = join(root, name);
  const number = (file: string) => {
    try {
      return Math.max(0, Number.parseInt(readFileSync(join(folder, file), "utf8"), 10) || 0);
    } catch {
      return 0; // went away
    }
  };
  const most = () => Math.max(1, number("max_brightness"));
  return {
    get problem() {
      return existsSync(join(folder, "brightness")) ? undefined : `this machine has no LED ${name}`;
    },
    set(percent) {
      // some light for every level but 0
      const brightness = percent === 0 ? 0 : Math.max(1, Math.round((percent * most()) / 100));
      try {
        // a trigger of the kernel would overrule us
        if (brightness > 0 && existsSync(join(folder, "trigger"))) writeFileSync(join(folder, "trigger"), "none");
        writeFileSync(join(folder, "brightness"), String(brightness));
      } catch (error) {
        throw new AppError("unavailable", problemOf(error, name));
      }
    },
    read: () => Math.min(100, Math.round((number("brightness") * 100) / most())),
    close: () => undefined,
  };
}

function problemOf(error: unknown, name: string): string {
  const isDenied = error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
  return isDenied
    ? `There is no permission to set the LED ${name}; let the user that runs RotorDream write its brightness`
    : `The LED ${name} cannot be set; check that it is there`;
}
