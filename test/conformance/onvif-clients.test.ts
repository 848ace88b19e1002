import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { walk } from "../support/onvif-walk.ts";
import { areConsecutive, playWithFfmpeg } from "../support/players.ts";
import { callApi } from "../support/recorder-client.ts";
import { turnRotor, watchRotor } from "../support/rotor.ts";
import { startServer, type TestServer } from "../support/server.ts";

const LIMIT_MS = 120_000;

describe("clients of others", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer([], { ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0", ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  testWith("onvif", "ffmpeg")(
    "npm onvif walks through every service and is given a URI that plays",
    async () => {
      const steps = await walk("npm-onvif", server.http);
      expect(steps.get("getDeviceInformation")).toMatchObject({ manufacturer: "RotorDream", firmwareVersion: "0.1.0" });
      expect(steps.get("getUsers")).toEqual([{ username: "admin", userLevel: "Administrator" }]);
      expect(steps.get("getStatus")).toMatchObject({ position: { zoom: 0.5 } });
      expect(steps.get("getPresets")).toMatchObject({ door: expect.anything() });
      const settings = await callApi<{ brightness: number }>(server, "GET", "/api/settings/brightness");
      expect(settings.data.brightness).toBe(60);
      const { uri } = steps.get("getStreamUri") as { readonly uri: string };
      const { counters } = await playWithFfmpeg({ url: uri, transport: "tcp", frames: 30, width: 1920, height: 1080 });
      expect(areConsecutive(counters)).toBe(true);
    },
    LIMIT_MS,
  );

  testWith("onvif")(
    "node-onvif, by UsernameToken alone, finds profiles, moves the picture and takes a snapshot",
    async () => {
      const steps = await walk("node-onvif", server.http);
      expect(steps.get("getProfileList")).toHaveLength(3);
      expect(steps.get("fetchSnapshot")).toEqual(["image/jpeg", expect.any(Number)]);
    },
    LIMIT_MS,
  );

  testWith("onvif")(
    "onvif-zeep, strict about the WSDLs, reads every answer",
    async () => {
      const steps = await walk("zeep", server.http);
      expect(steps.get("GetProfiles")).toHaveLength(3);
      expect(steps.get("GetPresets")).toEqual(expect.arrayContaining([expect.objectContaining({ Name: "Tür" })]));
      const settings = await callApi<{ fps: number }>(server, "GET", "/api/settings/fps");
      expect(settings.data.fps).toBe(25);
    },
    LIMIT_MS,
  );

  testWith("onvif")(
    "onvif-zeep-async, in Home Assistant's order, hears of motion by pull",
    async () => {
      await watchRotor(server);
      const steps = await walk("zeep-async", server.http, ({ name }) => {
        if (name === "pullpoint") void turnRotor(server, true);
      });
      expect(steps.get("get_snapshot")).toBe(true);
      expect(steps.get("lost")).toBe(0);
      const topics = (steps.get("events") as readonly (readonly [string])[]).map(([topic]) => topic);
      expect(topics).toContain("tns1:VideoSource/MotionAlarm");
    },
    LIMIT_MS,
  );

  testWith("onvif")("nobody of them made the server complain", () => {
    expect(server.log.filter(({ level }) => level === "error")).toEqual([]);
  });
});
