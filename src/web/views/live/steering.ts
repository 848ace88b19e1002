import type { PtzCommand } from "../../../settings/keys.ts";

/** The camera stops by itself so long after the last order: whoever loses the connection must not leave it turning. */
const TIMEOUT_MS = 1000;
const REPEAT_MS = 400;

/** Speeds −1…1: right, up and in are positive. */
export interface Speeds {
  readonly pan?: number;
  readonly tilt?: number;
  readonly zoom?: number;
}

/** Moves the camera as long as somebody wants it to. */
export interface Steering {
  /** From now on with these speeds. */
  move(speeds: Speeds): void;
  stop(): void;
  home(): void;
  goTo(preset: string): void;
}

/** `order` sends a command; `report` tells what went wrong, once a movement. */
export function createSteering(
  order: (command: PtzCommand) => Promise<unknown>,
  report: (error: unknown) => void,
): Steering {
  let timer: ReturnType<typeof setInterval> | undefined;
  let speeds: Speeds = {};
  const halt = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const send = () =>
    order({ move: { ...speeds, timeout: TIMEOUT_MS } }).catch((error: unknown) => {
      if (timer !== undefined) report(error);
      halt();
    });
  return {
    move(wanted) {
      speeds = wanted;
      if (timer === undefined) timer = setInterval(send, REPEAT_MS);
      void send();
    },
    stop() {
      if (timer === undefined) return;
      halt();
      order({ stop: true }).catch(report);
    },
    home() {
      order({ home: true }).catch(report);
    },
    goTo(preset) {
      order({ goto: preset }).catch(report);
    },
  };
}

const KEYS: Readonly<Record<string, Speeds>> = {
  ArrowUp: { tilt: 1 },
  ArrowDown: { tilt: -1 },
  ArrowLeft: { pan: -1 },
  ArrowRight: { pan: 1 },
};
const KEY_SPEED = 0.5;

/** Steers by arrow keys, several at once; with Shift at full speed. The functions say whether the key was for them. */
export function steerByKeys(steering: () => Steering | undefined) {
  const held = new Map<string, Speeds>();
  const follow = (isFast: boolean) => {
    const sum = { pan: 0, tilt: 0 };
    for (const { pan = 0, tilt = 0 } of held.values()) {
      sum.pan += pan * (isFast ? 1 : KEY_SPEED);
      sum.tilt += tilt * (isFast ? 1 : KEY_SPEED);
    }
    if (held.size === 0) steering()?.stop();
    else steering()?.move(sum);
  };
  return {
    down({ key, shiftKey, repeat }: KeyboardEvent): boolean {
      const speeds = KEYS[key];
      if (speeds === undefined || steering() === undefined) return false;
      held.set(key, speeds);
      if (!repeat) follow(shiftKey);
      return true;
    },
    up({ key, shiftKey }: KeyboardEvent): void {
      if (held.delete(key)) follow(shiftKey);
    },
    leave(): void {
      if (held.size === 0) return;
      held.clear();
      follow(false);
    },
  };
}
