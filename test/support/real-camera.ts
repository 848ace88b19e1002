import { Library } from "../../native/ts/index.ts";
import { Programme } from "../../src/camera/programme.ts";
import { createTestSource } from "../../src/camera/test-source.ts";
import type { VideoSource } from "../../src/camera/video-source.ts";
import type { Clock } from "../../src/core/clock.ts";
import { createLog } from "../../src/core/log.ts";
import { systemScheduler } from "../../src/core/scheduler.ts";
import type { AccessUnit } from "../../src/media/access-unit.ts";

/** An access unit as far as tests look at it. */
export interface SeenUnit {
  readonly width: number;
  readonly height: number;
  readonly isKey: boolean;
  readonly bytes: number;
}

/** One camera or two on the real library; what the programme publishes is looked at. */
export interface RealCamera {
  readonly camera: Programme;
  readonly library: Library;
  readonly clock: Clock;
  /** Newest units of each stream, oldest first. */
  readonly main: SeenUnit[];
  readonly sub: SeenUnit[];
  close(): void;
}

export function createRealCamera(
  source: VideoSource = createTestSource(false),
  secondSource?: VideoSource,
): RealCamera {
  const library = Library.open();
  const clock = { wallMs: () => Date.now(), monotonicUs: () => library.monotonicUs() };
  const main: SeenUnit[] = [];
  const sub: SeenUnit[] = [];
  const sink = (list: SeenUnit[]) => ({
    canForceKeyframe: true,
    publish: ({ width, height, isKey, size }: AccessUnit) => void list.push({ width, height, isKey, bytes: size }),
  });
  const camera = new Programme({
    library,
    source,
    secondSource,
    clock,
    scheduler: systemScheduler,
    log: createLog({ level: "error", write: () => undefined }, "camera"),
    onMain: sink(main),
    onSub: sink(sub),
  });
  return { camera, library, clock, main, sub, close: () => camera.close() };
}
