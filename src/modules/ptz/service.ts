import type { Ptz } from "../../camera/ptz/ptz.ts";
import type { MoveBody, Preset, PtzStatus } from "./model.ts";

/** Moving the camera over REST. All but `presets` throw AppError `not-supported` and `unavailable`. */
export interface PtzService {
  presets(): readonly Preset[];
  /** Saves where the camera looks now; the name `home` saves what `home` goes to. Throws AppError `conflict`. */
  save(name: string): Preset;
  /** Throws AppError `not-found`. */
  remove(id: string): void;
  /** `preset`: an id or a name. Throws AppError `not-found`. */
  goto(preset: string): PtzStatus;
  home(): PtzStatus;
  /** Ends by itself; `client` names who has to be there for so long. */
  move(move: MoveBody, client: string): PtzStatus;
  stop(): PtzStatus;
}

/** The service over the camera's motors, or over the picture. */
export function createPtzService(ptz: Ptz): PtzService {
  const status = () => {
    const { panTilt, zoom } = ptz.moving;
    return { ...ptz.position, moving: panTilt || zoom };
  };
  const after = (act: () => void) => {
    act();
    return status();
  };
  return {
    presets: () => ptz.presets.list(),
    save: (name) => ptz.presets.save(name, ptz.position),
    remove: (id) => ptz.presets.remove(id),
    goto: (preset) => after(() => ptz.goto(preset)),
    home: () => after(() => ptz.home()),
    move: (move, client) => after(() => ptz.move(move, client)),
    stop: () => after(() => ptz.stop()),
  };
}
