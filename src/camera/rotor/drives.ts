import type { Camera } from "../camera.ts";
import { type CommandParts, DeviceCommand } from "../device-command.ts";
import type { RotorDrive } from "./rotor-settings.ts";

/** A motor that a program drives; its last argument is the speed, −100 to 100. `onFailed`: the speed that it goes on with. */
export function createCommandDrive(parts: CommandParts, onFailed: (speedPercent: number) => void): RotorDrive {
  /** Undefined: the motor may do something else. */
  let sent: number | undefined;
  let isUsed = false;
  const command = new DeviceCommand(parts, (reached) => {
    sent = undefined;
    onFailed(reached?.[0] ?? 0);
  });
  return {
    problem: undefined,
    turn(speedPercent) {
      if (speedPercent === sent) return;
      sent = speedPercent;
      isUsed = true;
      command.run([speedPercent]);
    },
    close: () => command.close(...(sent === 0 || !isUsed ? [] : [[0]])),
  };
}

/** The motor of a virtual camera, which shows in its picture. */
export function createSceneDrive(camera: Pick<Camera, "hasScene" | "scene">): RotorDrive {
  return {
    get problem() {
      return camera.hasScene ? undefined : "no rotor is configured";
    },
    turn: (speedPercent) => camera.scene.adjust({ rotorSpeed: speedPercent / 100 }),
    close: () => undefined,
  };
}

/** Stands where a configured driver cannot be used. */
export function createUnusableDrive(problem: string): RotorDrive {
  return { problem, turn: () => undefined, close: () => undefined };
}
