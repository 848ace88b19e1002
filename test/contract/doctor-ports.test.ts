import { expect, test } from "bun:test";
import { judgeNetwork } from "../../src/cli/doctor/machine.ts";
import { probeNetwork } from "../../src/cli/doctor/probe-machine.ts";
import { loadConfig } from "../../src/config/load.ts";
import { inputsOf } from "../unit/config/inputs.ts";

/** Below the range that connections take theirs from: nobody gets the TCP port of the same number meanwhile. */
const FIRST_PORT = 20_000;
const LAST_PORT = 30_000;

/** A UDP port whose TCP twin is free. */
async function takeUdpPort(): Promise<Bun.udp.Socket<"buffer">> {
  for (let port = FIRST_PORT + (process.pid % 5000); port < LAST_PORT; port++) {
    try {
      Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop(true);
      return await Bun.udpSocket({ hostname: "127.0.0.1", port });
    } catch {
      // taken: the next one
    }
  }
  throw new Error("no port is free");
}

test("doctor tells of WebRTC's port, UDP and TCP, and who has it", async () => {
  const defaults = loadConfig(inputsOf({}));
  const holder = await takeUdpPort();
  const free = { httpPort: 0, httpsPort: 0, rtspPort: 0, rtspsPort: 0, listen: ["127.0.0.1"] };
  const server = { ...defaults.server, ...free, webrtcPort: holder.port };
  const taken = await probeNetwork({ ...defaults, server });
  holder.close();
  expect(taken.ports.filter(({ service }) => service === "WebRTC")).toMatchObject([
    { transport: "udp", outcome: "in-use", holder: expect.stringContaining(`(pid ${process.pid})`) },
    { transport: "tcp", outcome: "free" },
  ]);
  const texts = judgeNetwork(await probeNetwork({ ...defaults, server })).findings.map(({ text }) => text);
  expect(texts).toContain(`WebRTC port ${holder.port}/udp on 127.0.0.1 is free.`);
  expect(texts).toContain(`WebRTC port ${holder.port}/tcp on 127.0.0.1 is free.`);
});
