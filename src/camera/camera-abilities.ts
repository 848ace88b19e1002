import { fourccText, type Mode, NativeError } from "bun-ffi-v4l2";
import { AppError } from "../core/errors.ts";
import type { CameraAbilities } from "./camera-status.ts";
import type { VideoSource } from "./video-source.ts";

/** Of a camera that is not open: looks at it, and lets go of it again. Nothing where that fails. */
export function abilitiesOf(source: VideoSource): CameraAbilities {
  try {
    const located = source.locate();
    const device = located.openControls();
    const controls = device?.controls() ?? [];
    device?.close();
    return { controls, modes: modesByFormat(located.modes) };
  } catch (error) {
    if (error instanceof AppError || error instanceof NativeError) return { controls: [], modes: [] };
    throw error;
  }
}

/** Modes by picture format and size, in the driver's order. */
export function modesByFormat(modes: readonly Mode[]): CameraAbilities["modes"] {
  const rates = new Map<string, { readonly mode: Mode; readonly fps: number[] }>();
  for (const mode of modes) {
    const key = `${mode.fourcc} ${mode.width} ${mode.height}`;
    const listed = rates.get(key) ?? { mode, fps: [] };
    rates.set(key, listed);
    if (mode.fps > 0) listed.fps.push(mode.fps);
  }
  return [...rates.values()].map(({ mode: { fourcc, width, height }, fps }) => ({
    pixelFormat: fourccText(fourcc),
    width,
    height,
    fps,
  }));
}
