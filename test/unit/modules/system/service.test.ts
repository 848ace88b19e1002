import { expect, test } from "bun:test";
import type { CameraStatus } from "../../../../src/camera/camera-status.ts";
import { createSystemService } from "../../../../src/modules/system/service.ts";
import type { StreamStatus } from "../../../../src/stream/stream-status.ts";
import { ABILITIES, CAMERA, STREAM } from "../../../support/http-front.ts";
import { createManualClock } from "../../../support/manual-clock.ts";

function setUp() {
  const clock = createManualClock();
  const now: {
    camera: CameraStatus;
    cameras?: readonly CameraStatus[];
    stream: StreamStatus;
    storage: boolean;
  } = {
    camera: CAMERA,
    stream: STREAM,
    storage: true,
  };
  const system = createSystemService({
    clock,
    product: { name: "RotorDream", version: "1.2.3", model: "m", serial: "s", hostname: "h" },
    host: {
      storage: async () => (now.storage ? { free_bytes: 1, used_bytes: 2, total_bytes: 3 } : undefined),
      cpuPercent: () => undefined,
      rssBytes: () => 5,
      temperatures: () => [],
    },
    recorder: () => "off",
    hostClock: () => ({ source: "chrony", synchronized: "unknown" }),
    network: () => ({ interfaces: [], gateways: [], dns: { servers: [], search: [] } }),
    ports: () => ({ http: 80, https: 443, rtsp: 554, rtsps: 322 }),
    cameras: () => now.cameras ?? [now.camera],
    shown: () => now.camera,
    abilities: () => ABILITIES,
    hardware: () => ({ lights: ["cam1-light"], ptz: true }),
    streams: () => [now.stream],
    encodersFound: ["software"],
    warnings: () => ["from elsewhere"],
  });
  return { clock, now, system };
}

test("uptime counts whole seconds from the start", () => {
  const { clock, system } = setUp();
  expect(system.publicStatus()).toEqual({ running: true, uptime: 0 });
  clock.advanceMs(61_999);
  expect(system.publicStatus().uptime).toBe(61);
  expect(system.description().uptime).toBe(61);
});

test("each thing that is wrong degrades its own check", async () => {
  const { clock, now, system } = setUp();
  clock.advanceMs(60_000);
  const healthy = { camera: "ok", encoder: "ok", storage: "ok", database: "unused" } as const;
  expect(await system.health()).toEqual({ status: "healthy", checks: healthy });
  now.camera = { ...CAMERA, state: "stalled" };
  expect(await system.health()).toEqual({ status: "degraded", checks: { ...healthy, camera: "degraded" } });
  expect(system.ready()).toBe(false);
  now.camera = CAMERA;
  now.stream = { ...STREAM, measuredFps: 0 };
  expect(await system.health()).toEqual({ status: "degraded", checks: { ...healthy, encoder: "degraded" } });
  now.stream = STREAM;
  now.storage = false;
  expect(await system.health()).toEqual({ status: "degraded", checks: { ...healthy, storage: "degraded" } });
  expect((await system.status()).storage).toBeNull();
});

test("another camera than the one that is shown makes nothing well, and nothing ill", async () => {
  const { clock, now, system } = setUp();
  clock.advanceMs(60_000);
  const gone: CameraStatus = { ...CAMERA, id: "cam2", state: "offline" };
  now.cameras = [CAMERA, gone];
  expect([(await system.health()).status, system.ready()]).toEqual(["healthy", true]);
  now.camera = gone;
  expect([(await system.health()).checks.camera, system.ready()]).toEqual(["degraded", false]);
});

test("just after the start the first picture counts, because no rate is measured yet", async () => {
  const { clock, now, system } = setUp();
  now.stream = { ...STREAM, measuredFps: 0 };
  expect((await system.health()).checks.encoder).toBe("ok");
  now.stream = { ...STREAM, measuredFps: 0, profileLevelId: undefined };
  expect((await system.health()).checks.encoder).toBe("degraded");
  now.stream = { ...STREAM, measuredFps: 0 };
  clock.advanceMs(5000);
  expect((await system.health()).checks.encoder).toBe("degraded");
});

test("warnings are the cameras' problems and those of others", async () => {
  const { now, system } = setUp();
  now.camera = { ...CAMERA, state: "offline", problem: "The camera was unplugged" };
  expect((await system.status()).warnings).toEqual(["The camera was unplugged", "from elsewhere"]);
});

test("cameras tell what they can do", () => {
  const { system } = setUp();
  expect(system.cameras()).toMatchObject([
    {
      id: "cam1",
      controls: [{ name: "Brightness", type: "integer", min: -64, max: 64, step: 1, default: 0, value: 0 }],
      modes: [{ pixel_format: "YUYV", resolution: "640x480", fps: [15, 30] }],
    },
  ]);
  expect(system.description().capabilities).toMatchObject({ lights: ["cam1-light"], ptz: true });
});
