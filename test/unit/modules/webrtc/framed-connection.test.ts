import { afterEach, expect, test } from "bun:test";
import { Library, outstandingTcpBytes, prepareTcpSocket } from "bun-ffi-v4l2";
import type { LocalPath } from "../../../../src/ice/candidate-pair.ts";
import { FramedConnection } from "../../../../src/modules/webrtc/framed-connection.ts";
import { until } from "../../../support/until.ts";

const library = Library.open();
const PATH = { id: "tcp 1" } as LocalPath;
const ADDRESS = { address: "127.0.0.1", port: 1 };

const opened: { stop(closesAll: true): void }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.stop(true);
});

/** A connection and the frames that its peer, which reads only when told, has got. */
async function connect() {
  const accepted = Promise.withResolvers<FramedConnection>();
  const server = Bun.listen<FramedConnection | undefined>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open: (socket) => {
        const { fd } = socket as unknown as { readonly fd: number };
        prepareTcpSocket(library, fd, 16_384);
        socket.data = new FramedConnection(socket, PATH, ADDRESS, () => outstandingTcpBytes(library, fd));
        accepted.resolve(socket.data);
      },
      data: () => undefined,
      drain: (socket) => socket.data?.output.drain(),
    },
  });
  opened.push(server);
  let received = Buffer.alloc(0);
  const peer = await Bun.connect({
    hostname: "127.0.0.1",
    port: server.port,
    socket: {
      data: (_socket, bytes) => {
        received = Buffer.concat([received, bytes]);
      },
    },
  });
  peer.pause();
  const frames = () => {
    const found: Buffer[] = [];
    for (let at = 0; at + 2 <= received.length; at += 2 + received.readUInt16BE(at)) {
      const end = at + 2 + received.readUInt16BE(at);
      if (end <= received.length) found.push(received.subarray(at + 2, end));
    }
    return found;
  };
  return { connection: await accepted.promise, peer, frames, receivedBytes: () => received.length };
}

/** A picture of 60 packets, each filled with `value`. */
function picture(value: number): Uint8Array {
  const packet = new Uint8Array(1002).fill(value);
  packet.set([1000 >>> 8, 1000 & 0xff]);
  return Buffer.concat(Array.from({ length: 60 }, () => packet));
}

test("what a slow peer has not got is left out by whole packets, and what comes after is whole", async () => {
  const { connection, peer, frames, receivedBytes } = await connect();
  let sent = 0;
  for (; connection.output.hasRoom; sent += 1) connection.output.send(picture(sent));
  expect(connection.output.acceptedBytes).toBe(sent * 60 * 1002);
  const outstanding = connection.output.outstandingBytes;
  expect(outstanding).toBeGreaterThan(256 * 1024);
  connection.output.discardQueued();
  expect<boolean>(connection.output.hasRoom).toBe(true);
  expect(connection.output.outstandingBytes).toBeLessThan(outstanding - 255 * 1024);
  connection.output.send(picture(255));
  peer.resume();
  await until(() => connection.output.outstandingBytes === 0 && receivedBytes() === connection.output.acceptedBytes);
  const got = frames();
  expect(got.every((frame) => frame.length === 1000 && frame.every((byte) => byte === frame[0]))).toBe(true);
  expect(got.slice(-60).every((frame) => frame[0] === 255)).toBe(true);
  expect(got.length).toBeLessThan(sent * 60);
  const values = got.map((frame) => frame[0] ?? 0);
  expect(values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))).toBe(true);
});

test("without a backlog nothing is left out, and what is refused for want of room does not count", async () => {
  const { connection, peer, frames } = await connect();
  peer.resume();
  connection.output.send(picture(1));
  connection.output.discardQueued();
  connection.send(Uint8Array.of(7, 7));
  await until(() => connection.output.outstandingBytes === 0);
  await until(() => frames().at(-1)?.equals(Buffer.of(7, 7)) === true);
  peer.pause();
  while (connection.output.hasRoom) connection.output.send(picture(2));
  const before = connection.output.acceptedBytes;
  connection.output.send(picture(3));
  expect(connection.output.acceptedBytes).toBe(before);
});

test("a connection that is closed has nothing outstanding, and takes nothing any more", async () => {
  const { connection } = await connect();
  connection.close();
  expect(connection.output.outstandingBytes).toBe(0);
  connection.output.send(picture(1));
  connection.output.drain();
  connection.output.discardQueued();
  expect(connection.output.outstandingBytes).toBe(0);
});
