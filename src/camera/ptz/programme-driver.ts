import type { CameraNumber } from "../member.ts";
import type { Picture } from "../picture.ts";
import { PTZ_HOME, type PtzAxis, type PtzDriver, type PtzPosition, type PtzSpeed } from "./driver.ts";

/** Moves whichever camera is the programme; each has a driver of its own, with its own position. */
export class ProgrammeDriver implements PtzDriver {
  readonly #create: (camera: CameraNumber) => PtzDriver;
  readonly #picture: Pick<Picture, "adjust">;
  readonly #drivers = new Map<CameraNumber, PtzDriver>();
  readonly #listeners: (() => void)[] = [];
  #current: PtzDriver;

  /** `create` is asked once for each camera, when that is first the programme. */
  constructor(camera: CameraNumber, create: (camera: CameraNumber) => PtzDriver, picture: Pick<Picture, "adjust">) {
    this.#create = create;
    this.#picture = picture;
    this.#current = this.#of(camera);
  }

  get problem(): string | undefined {
    return this.#current.problem;
  }

  get placeable(): ReadonlySet<PtzAxis> {
    return this.#current.placeable;
  }

  get running(): ReadonlySet<PtzAxis> {
    return this.#current.running;
  }

  get isDigital(): boolean {
    return this.#current.isDigital;
  }

  get isOnTheWay(): boolean {
    return this.#current.isOnTheWay;
  }

  read(): PtzPosition {
    return this.#current.read();
  }

  place(position: Partial<PtzPosition>): void {
    this.#current.place(position);
  }

  run(speed: PtzSpeed): void {
    this.#current.run(speed);
  }

  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Another camera is the programme; whatever ran is to have been stopped. The picture is cropped only as that camera's driver says. */
  select(camera: CameraNumber): void {
    this.#current = this.#of(camera);
    if (this.#current.isDigital) this.#current.place(this.#current.read());
    else this.#picture.adjust(PTZ_HOME);
    this.#tell();
  }

  close(): void {
    for (const driver of this.#drivers.values()) driver.close();
  }

  #of(camera: CameraNumber): PtzDriver {
    const known = this.#drivers.get(camera);
    if (known !== undefined) return known;
    const driver = this.#create(camera);
    this.#drivers.set(camera, driver);
    driver.onChanged(() => {
      if (driver === this.#current) this.#tell();
    });
    return driver;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
