/** Where a camera looks: pan −1 (left) to 1, tilt −1 (down) to 1, zoom 1–10. */
export interface PtzPosition {
  readonly pan: number;
  readonly tilt: number;
  readonly zoom: number;
}

/** One of its members. */
export type PtzAxis = keyof PtzPosition;

/** −1…1 each. */
export type PtzSpeed = PtzPosition;

/** All of them. */
export const PTZ_AXES: readonly PtzAxis[] = ["pan", "tilt", "zoom"];
/** Straight ahead, everything in sight. */
export const PTZ_HOME: PtzPosition = { pan: 0, tilt: 0, zoom: 1 };

/** What each axis spans. */
export const PTZ_RANGE: Readonly<Record<PtzAxis, { readonly minimum: number; readonly maximum: number }>> = {
  pan: { minimum: -1, maximum: 1 },
  tilt: { minimum: -1, maximum: 1 },
  zoom: { minimum: 1, maximum: 10 },
};

/** What moves a camera. Calls return at once. */
export interface PtzDriver {
  /** Why it cannot be used, a sentence without its end; undefined when it can. */
  readonly problem: string | undefined;
  /** Axes that can be placed, and whose position is known. */
  readonly placeable: ReadonlySet<PtzAxis>;
  /** Axes that run at a speed by themselves; the others are moved place by place. */
  readonly running: ReadonlySet<PtzAxis>;
  /** The picture itself is cropped: a place is reached at once, and pan and tilt span what the zoom leaves to see. */
  readonly isDigital: boolean;
  /** It is on its way to a place, where that can be known. */
  readonly isOnTheWay: boolean;
  /** The position as it is, as far as it is known. */
  read(): PtzPosition;
  /** Goes to a position; axes that are left out or not placeable stay. Throws AppError `unavailable`. */
  place(position: Partial<PtzPosition>): void;
  /** Runs the axes that can at these speeds until told otherwise; 0 stops. Throws AppError `unavailable`. */
  run(speed: PtzSpeed): void;
  /** Calls `listener` when something of the above has changed by itself. */
  onChanged(listener: () => void): void;
  /** Whatever runs stops. */
  close(): void;
}
