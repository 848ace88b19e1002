import type { Camera } from "../camera.ts";
import { type CommandParts, DeviceCommand } from "../device-command.ts";
import type { RotorDrive } from "./rotor-settings.ts";

/** A motor that a program drives; its last argument is the speed, −100 to 100. `onFailed`: the speed that it goes on with. */
export function createCommandDrive(parts: CommandParts, onFailed: (speedPercent: number) => void): RotorDrive {
  const command = new DeviceCommand(parts, (reached) => onFailed(reached?.[0] ?? 0));
  let speed = 0;
  return {
    problem: undefined,
    turn(speedPercent) {
      speed = speedPercent;
      command.run([speedPercent]);
    },
    close: () => command.close(...(speed === 0 ? [] : [[0]])),
  };
}

/** The motor of the virtual camera, which shows in its picture. */
export function createSceneDrive(camera: Pick<Camera, "located" | "picture">): RotorDrive {
  return {
    get problem() {
      return camera.located?.device === "test" ? undefined : "no rotor is configured";
    },
    turn: (speedPercent) => camera.picture.adjustScene({ rotorSpeed: speedPercent / 100 }),
    close: () => undefined,
  };
}
