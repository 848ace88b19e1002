import { ImageSettings } from "../camera/controls/image-settings.ts";
import { DarknessWatch } from "../camera/darkness-watch.ts";
import type { CommandParts } from "../camera/device-command.ts";
import { JpegSettings } from "../camera/jpeg-settings.ts";
import { createCommandLamp } from "../camera/lights/command-lamp.ts";
import type { Lamp } from "../camera/lights/lamp.ts";
import { createLedLamp } from "../camera/lights/led-lamp.ts";
import { LightSettings } from "../camera/lights/light-settings.ts";
import { createSceneLamp } from "../camera/lights/scene-lamp.ts";
import { createUnusableLamp } from "../camera/lights/unusable-lamp.ts";
import type { CameraNumber } from "../camera/member.ts";
import { MotionSettings } from "../camera/motion-settings.ts";
import { PresenceSettings } from "../camera/presence-settings.ts";
import type { Programme } from "../camera/programme.ts";
import { createCommandDriver } from "../camera/ptz/command-driver.ts";
import { createDigitalDriver } from "../camera/ptz/digital-driver.ts";
import type { PtzDriver } from "../camera/ptz/driver.ts";
import { PtzPresets } from "../camera/ptz/presets.ts";
import { ProgrammeDriver } from "../camera/ptz/programme-driver.ts";
import { Ptz } from "../camera/ptz/ptz.ts";
import { PtzSettings } from "../camera/ptz/ptz-settings.ts";
import { createUnusableDriver } from "../camera/ptz/unusable-driver.ts";
import { createV4l2Driver } from "../camera/ptz/v4l2-driver.ts";
import { createCommandDrive, createSceneDrive, createUnusableDrive } from "../camera/rotor/drives.ts";
import { type RotorDrive, RotorSettings } from "../camera/rotor/rotor-settings.ts";
import { StreamSettings } from "../camera/streams/stream-settings.ts";
import type { LightConfig, PtzConfig, RotorConfig } from "../config/hardware.ts";
import type { Json } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import { systemScheduler } from "../core/scheduler.ts";
import { createPtzService, type PtzService } from "../modules/ptz/service.ts";
import type { SettingOwner } from "../settings/setting-owner.ts";
import type { EventKind } from "../storage/event-log.ts";
import type { Foundation } from "./foundation.ts";

/** Where the kernel shows its LEDs. */
const LED_FOLDER = "/sys/class/leds";

/** Everything of the device that settings are applied to. */
export interface DeviceSettings {
  readonly owners: readonly SettingOwner[];
  readonly ptz: PtzService;
  /** What that service moves. */
  readonly movement: Ptz;
  /** Of stills where nobody asks otherwise, 1–100. */
  jpegQuality(): number;
  /** What of it this device has. */
  hardware(): { readonly lights: readonly string[]; readonly ptz: boolean };
  /** Whether something moves in the picture. */
  readonly motion: Pick<MotionSettings, "isMoving" | "onMotion">;
  /** A client went away: what it set in motion stops. */
  onClientGone(client: string): void;
  /** Motors stop. */
  close(): void;
}

/** What of the foundation the devices need. */
export type DeviceFoundation = Pick<Foundation, "library" | "clock" | "log" | "database" | "events"> & {
  readonly config: Pick<Foundation["config"], "lights" | "ptz" | "rotors">;
};

/** Builds the owners of the cameras' settings, their lights and their motors. The programme is to be started after their values were restored. */
export function createDeviceSettings(
  { config, library, clock, log, database, events }: DeviceFoundation,
  programme: Programme,
  ledFolder: string = LED_FOLDER,
): DeviceSettings {
  const scheduler = systemScheduler;
  const commandParts = (command: readonly string[]) => ({ command, scheduler, log: log.child("device") });
  const image = new ImageSettings({
    controls: programme.controls,
    setLevels: (levels) => programme.picture.adjust(levels),
    clock,
    scheduler,
    log: log.child("camera"),
  });
  const streams = new StreamSettings({ camera: programme, canDrawText: (text) => library.canDrawText(text) });
  const createDriver = (number: CameraNumber) => choosePtzDriver(config.ptz, programme, number, commandParts, log);
  const driver = new ProgrammeDriver(programme.number, createDriver, programme.picture);
  const ptz = new Ptz({ driver, presets: new PtzPresets(database), clock, scheduler, log: log.child("ptz") });
  const { cameras } = programme;
  const lights = ([1, 2] as const).map((number) => {
    const scenes = cameras.slice(number - 1, number).map((camera) => createSceneLamp(camera));
    const configured = config.lights.filter((light) => light.camera === number);
    const lamps = configured.map((light) => createLamp(light, commandParts, ledFolder, () => settings.tell()));
    const settings: LightSettings = new LightSettings(number, [...lamps, ...scenes], log.child("light"));
    return settings;
  });
  const rotor: RotorSettings = new RotorSettings([
    ...config.rotors.map((one) => createDrive(one, commandParts, (speed) => rotor.followDrive(speed))),
    ...cameras.map((camera) => createSceneDrive(camera)),
  ]);
  programme.onSelected(() => {
    ptz.release();
    driver.select(programme.number);
    motion.changeCamera();
    darkness.changeCamera();
  });
  programme.onChanged(() => {
    for (const owner of [...lights, rotor]) owner.tell();
  });
  const jpeg = new JpegSettings();
  const publish = (kind: EventKind, detail: { readonly [name: string]: Json }) => void events.publish(kind, detail);
  const motion = new MotionSettings({ camera: programme, clock, scheduler, publish });
  const presence = new PresenceSettings({ programme, publish });
  const darkness = new DarknessWatch({ camera: programme, scheduler, publish });
  return {
    // presence first: the others' kept values are for the camera that it chooses
    owners: [presence, image, streams, new PtzSettings(ptz, log.child("ptz")), rotor, motion, ...lights, jpeg],
    ptz: createPtzService(ptz),
    movement: ptz,
    jpegQuality: () => jpeg.quality,
    hardware: () => ({
      lights: lights.filter((light) => light.facts().supported).flatMap(({ keys }) => keys.slice(0, 1)),
      ptz: ptz.driver.problem === undefined,
    }),
    motion,
    onClientGone: (client) => ptz.release(client),
    close() {
      motion.close();
      darkness.close();
      image.close();
      ptz.close();
      rotor.close();
      for (const light of lights) light.close();
    },
  };
}

type MakeParts = (command: readonly string[]) => CommandParts;

function choosePtzDriver(
  configured: readonly PtzConfig[],
  programme: Programme,
  number: CameraNumber,
  parts: MakeParts,
  log: Log,
): PtzDriver {
  const [config, ...others] = configured.filter((one) => one.camera === number);
  if (others.length > 0) log.warn("only the first [[ptz]] of a camera is used");
  switch (config?.driver) {
    case "v4l2":
      return createV4l2Driver(programme.cameras[number - 1]?.controls ?? programme.controls);
    case "command":
      return createCommandDriver(parts(config.command));
    case "stepper":
    case "pelco-d":
      return createUnusableDriver(later(config.driver));
    default:
      return createDigitalDriver(programme.picture);
  }
}

function createLamp(config: LightConfig, parts: MakeParts, ledFolder: string, onFailed: () => void): Lamp {
  switch (config.driver) {
    case "led":
      return createLedLamp(config.name, ledFolder);
    case "command":
      return createCommandLamp(parts(config.command), onFailed);
    default:
      return createUnusableLamp(later(config.driver));
  }
}

function createDrive(config: RotorConfig, parts: MakeParts, onFailed: (speed: number) => void): RotorDrive {
  if (config.driver === "command") return createCommandDrive(parts(config.command), onFailed);
  return createUnusableDrive(config.driver === "digital" ? "the driver digital turns no motor" : later(config.driver));
}

function later(driver: string): string {
  return `the driver ${driver} comes with a later version`;
}
