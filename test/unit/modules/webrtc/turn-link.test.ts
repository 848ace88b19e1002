import { describe, expect, test } from "bun:test";
import { Library } from "bun-ffi-v4l2";
import { systemScheduler } from "../../../../src/core/scheduler.ts";
import { openStreamLink, openUdpLink, type TurnLinkOptions } from "../../../../src/modules/webrtc/turn-link.ts";
import { makeCertificate } from "../../../support/certificates.ts";
import { until } from "../../../support/until.ts";

const library = Library.open();
const CHANNEL_DATA = Uint8Array.of(0x40, 0, 0, 2, 7, 8, 0, 0);
const STUN = Uint8Array.of(1, 1, 0, 4, ...new Array<number>(20).fill(9));

/** Options of a link to a port of this machine, and what came through. */
function observedLink(port: number) {
  const messages: Uint8Array[] = [];
  const closed: string[] = [];
  const options: TurnLinkOptions = {
    library,
    scheduler: systemScheduler,
    connecting: new Set(),
    local: "0.0.0.0",
    server: { address: "127.0.0.1", port },
    onMessage: (bytes) => void messages.push(bytes.slice()),
    onClosed: (reason) => void closed.push(reason),
  };
  return { options, messages, closed };
}

describe("a link over TCP", () => {
  test("puts messages together wherever they were cut, and ends with what is no TURN", async () => {
    let peer: Bun.Socket | undefined;
    using server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          peer = socket;
        },
        data: () => undefined,
      },
    });
    const { options, messages, closed } = observedLink(server.port);
    const link = await openStreamLink(options, undefined);
    expect(link.destination).toBeUndefined();
    await until(() => peer !== undefined);
    peer?.setNoDelay(true);
    const stream = [CHANNEL_DATA, STUN, STUN, CHANNEL_DATA, CHANNEL_DATA].flatMap((bytes) => [...bytes]);
    for (let at = 0; at < stream.length; at += 7) {
      peer?.write(Uint8Array.from(stream.slice(at, at + 7)));
      await new Promise(setImmediate);
    }
    await until(() => messages.length === 5);
    expect(messages).toEqual([CHANNEL_DATA, STUN, STUN, CHANNEL_DATA, CHANNEL_DATA]);
    peer?.write(Uint8Array.of(0x80, 0, 0, 1));
    await until(() => closed.length === 1);
    expect(messages.length).toBe(5);
  });

  test("fails where nobody listens or the certificate is not trusted, and says so", async () => {
    const { certificate, key } = await makeCertificate({ name: "turn.example", sans: ["127.0.0.1"], usage: "server" });
    using server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      tls: { cert: certificate, key },
      socket: { data: () => undefined },
    });
    const untrusted = observedLink(server.port);
    await expect(openStreamLink(untrusted.options, "127.0.0.1")).rejects.toThrow(/certificate|self.signed/i);
    const { port } = server;
    server.stop(true);
    const nobody = observedLink(port);
    await expect(openStreamLink(nobody.options, undefined)).rejects.toThrow();
    expect([untrusted.closed, nobody.closed]).toEqual([[], []]);
    expect([untrusted.options.connecting.size, nobody.options.connecting.size]).toEqual([0, 0]);
  });
});

test("a link over UDP hears its server alone", async () => {
  const asked: number[] = [];
  const answer = (socket: Bun.udp.Socket<"buffer">, port: number) => socket.send(CHANNEL_DATA, port, "127.0.0.1");
  const open = () =>
    Bun.udpSocket({
      hostname: "127.0.0.1",
      socket: {
        data: (socket, _bytes, port) => {
          asked.push(port);
          answer(socket, port);
        },
      },
    });
  const [server, stranger] = [await open(), await open()];
  const { options, messages } = observedLink(server.port);
  const link = await openUdpLink(options);
  link.send(STUN);
  await until(() => messages.length === 1);
  answer(stranger, asked[0] ?? 0);
  link.send(STUN);
  await until(() => messages.length === 2);
  expect([asked.length, link.destination?.port]).toEqual([2, server.port]);
  link.close();
  server.close();
  stranger.close();
});
