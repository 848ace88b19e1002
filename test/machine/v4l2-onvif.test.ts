import { afterAll, beforeAll, expect } from "bun:test";
import { MachineServer, SERVER_PORTS } from "../support/machine-server.ts";
import type { OnvifClient } from "../support/onvif-client.ts";
import { askFor, encoder, numberAt, only, rangeAt, setEncoder, sizesAt } from "../support/onvif-media.ts";
import { until } from "../support/until.ts";
import {
  BOOT_LIMIT_MS,
  describeWithMachine,
  MACHINE_LIMIT_MS,
  testInMachine,
  VIVID_WEBCAM,
  VirtualMachine,
} from "../support/virtual-machine.ts";

const TOKEN = "VideoEncoderConfig_1";

describeWithMachine("encoder options on a camera with modes of its own", () => {
  let machine: VirtualMachine;
  let server: MachineServer;
  let client: OnvifClient;
  beforeAll(async () => {
    machine = await VirtualMachine.boot({ modules: [VIVID_WEBCAM], ports: SERVER_PORTS });
    server = await MachineServer.start(machine, "auto");
    client = server.onvif();
  }, BOOT_LIMIT_MS);
  afterAll(async () => {
    await machine?.stop();
  });

  const coded = async () => ((await server.get("/api/streams")) as { resolution: string }[])[0]?.resolution;
  const options = async () =>
    only(await askFor(client, "trt:GetVideoEncoderConfigurationOptions", { ConfigurationToken: TOKEN }), "trt:Options");

  testInMachine(
    "every size that is offered is what the camera delivers and the stream has",
    async () => {
      const sizes = sizesAt(only(await options(), "tt:H264"), "tt:ResolutionsAvailable");
      const modes = new Set((await server.camera()).modes.map(({ resolution }) => resolution));
      expect(new Set(sizes)).toEqual(modes);
      for (const size of sizes) {
        const [width, height] = size.split("x");
        const reply = await setEncoder(client, TOKEN, { "Resolution/Width": width, "Resolution/Height": height });
        expect(reply.status, reply.text).toBe(200);
        await until(async () => (await server.camera()).resolution === size, MACHINE_LIMIT_MS);
        await until(async () => (await coded()) === size, MACHINE_LIMIT_MS);
      }
    },
    180_000,
  );

  testInMachine("the slowest and the fastest rate are taken, and what a size cannot do gives way", async () => {
    const rates = rangeAt(await options(), "tt:H264", "tt:FrameRateRange");
    for (const rate of rates) {
      expect((await setEncoder(client, TOKEN, { "RateControl/FrameRateLimit": String(rate) })).status).toBe(200);
      const set = numberAt(await encoder(client, TOKEN), "tt:RateControl", "tt:FrameRateLimit");
      expect(set).toBeLessThanOrEqual(rate);
      expect(await server.get("/api/settings/fps")).toEqual({ fps: set });
    }
  });
});
