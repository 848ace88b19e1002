import type { TestServer } from "./server.ts";

/** Has the server open what it opens once and keeps, before descriptors are counted: its DTLS library comes with the first session or half a second after the start. */
export async function warmUp(server: Pick<TestServer, "http">): Promise<void> {
  const answer = await fetch(`${server.http}/api/webrtc/offer?stream=stream2`);
  if (!answer.ok) throw new Error(`no WebRTC offer: ${answer.status} ${await answer.text()}`);
  await answer.body?.cancel();
}
