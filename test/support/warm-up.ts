import type { TestServer } from "./server.ts";
import { until } from "./until.ts";

/** Resolves when ONVIF's discovery has its sockets: it comes half a second after the first answers. */
export async function untilDiscoverable({ log }: Pick<TestServer, "log">): Promise<void> {
  await until(() => log.some(({ module, level }) => module === "discovery" && level === "info"));
}

/** Has the server open what it opens once and keeps, before descriptors are counted: its DTLS library comes with the first session or half a second after the start, as discovery does. */
export async function warmUp(server: Pick<TestServer, "http" | "log">): Promise<void> {
  const answer = await fetch(`${server.http}/api/webrtc/offer?stream=stream2`);
  if (!answer.ok) throw new Error(`no WebRTC offer: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
  await untilDiscoverable(server);
}
