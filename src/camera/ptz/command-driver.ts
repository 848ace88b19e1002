import { type CommandParts, DeviceCommand } from "../device-command.ts";
import { PTZ_AXES, PTZ_HOME, type PtzDriver } from "./driver.ts";

/** A program that moves the camera; its last three arguments are pan, tilt and zoom. A failed run leaves the position where it was. */
export function createCommandDriver(parts: CommandParts): PtzDriver {
  const listeners: (() => void)[] = [];
  let position = PTZ_HOME;
  const command = new DeviceCommand(parts, (reached = []) => {
    const [pan = PTZ_HOME.pan, tilt = PTZ_HOME.tilt, zoom = PTZ_HOME.zoom] = reached;
    position = { pan, tilt, zoom };
    for (const listener of listeners) listener();
  });
  return {
    problem: undefined,
    placeable: new Set(PTZ_AXES),
    running: new Set(),
    isDigital: false,
    get isOnTheWay() {
      return command.isRunning;
    },
    read: () => position,
    place(wanted) {
      position = { ...position, ...wanted };
      command.run([position.pan, position.tilt, position.zoom]);
    },
    run: () => undefined,
    onChanged: (listener) => void listeners.push(listener),
    close: () => command.close(),
  };
}
