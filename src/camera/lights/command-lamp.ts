import { type CommandParts, DeviceCommand } from "../device-command.ts";
import type { Lamp } from "./lamp.ts";

/** A light that a program sets; its last argument is the level, 0–100. `onFailed`: what `read` tells has changed by itself. */
export function createCommandLamp(parts: CommandParts, onFailed: () => void): Lamp {
  let percent = 0;
  const command = new DeviceCommand(parts, (reached) => {
    percent = reached?.[0] ?? 0;
    onFailed();
  });
  return {
    problem: undefined,
    set(wanted) {
      percent = wanted;
      command.run([wanted]);
    },
    read: () => percent,
    close: () => command.close(),
  };
}
