import type { Scheduler } from "../../core/scheduler.ts";
import { chooseBitrate, type MainViewers } from "../../stream/bitrate-choice.ts";
import type { Programme } from "../programme.ts";

/** A queue that begins to grow is met before the picture suffers. */
const STEP_MS = 100;

/** Brings the main stream's bitrate to what its viewers' paths carry, while `adaptive-bitrate` is on. `viewers`: as of now. Returns how to stop. */
export function followViewers(
  camera: Pick<Programme, "plan" | "main" | "counters" | "setMainBitrate" | "onPlanned">,
  viewers: (askedKbps: number) => MainViewers,
  scheduler: Scheduler,
): () => void {
  let stopSteps: (() => void) | undefined;
  const step = () => {
    const { bitrates } = camera.plan;
    const chosen = chooseBitrate(viewers(bitrates.askedKbps), bitrates, camera.main.bitrateKbps);
    // what the camera codes itself has its own bitrate
    camera.setMainBitrate(camera.counters.passthrough ? undefined : chosen);
  };
  const stop = () => {
    stopSteps?.();
    stopSteps = undefined;
    camera.setMainBitrate(undefined);
  };
  const followPlan = () => {
    if (!camera.plan.bitrates.isAdaptive) stop();
    else stopSteps ??= scheduler.every(STEP_MS, step);
  };
  camera.onPlanned(followPlan);
  followPlan();
  return stop;
}
