import { expect, test } from "bun:test";
import { Library, SECURE_LIMITS, SecureEgress, SRTP_PROFILE } from "bun-ffi-v4l2";
import { frameOf, unframed, viewerOf } from "../support/secure-viewers.ts";
import { SrtpPeer } from "../support/srtp-peer.ts";
import { until } from "../support/until.ts";

const PICTURE = [40, ...new Array<number>(20).fill(SECURE_LIMITS.payloadBytes), 333];

const library = Library.open();

test("sends ChannelData to a TURN server in one run of datagrams, and padded over TCP", async () => {
  using cleanup = new DisposableStack();
  const egress = cleanup.adopt(SecureEgress.create(library), (each) => each.destroy());
  const viewer = viewerOf(SRTP_PROFILE.AEAD_AES_128_GCM, "relayed");
  const id = egress.add(viewer);
  const peer = new SrtpPeer(viewer.profile, viewer.localKeys, viewer.remoteKeys);
  const arrived: Buffer[] = [];
  const open = async () =>
    (await Bun.udpSocket({
      hostname: "127.0.0.1",
      socket: { data: (_socket, bytes) => void arrived.push(Buffer.from(bytes)) },
    })) as Bun.udp.Socket<"buffer"> & { readonly fd: number };
  const [sender, server] = [await open(), await open()];
  for (const socket of [sender, server]) cleanup.defer(() => socket.close());
  egress.setDestination(id, { fd: sender.fd, address: "127.0.0.1", port: server.port });
  egress.setChannel(id, 0x4001);
  const frame = frameOf(PICTURE, 0, 0);
  egress.sendTo(id, frame.block, frame.packets, 0, frame.count);
  expect(egress.retransmit(id, Uint16Array.of(32_767), 1)).toBe(1);
  await until(() => arrived.length === frame.count + 1);
  const opened = arrived.map((datagram) => {
    expect([datagram.readUInt16BE(0), datagram.readUInt16BE(2)]).toEqual([0x4001, datagram.length - 4]);
    expect(datagram.length).toBeLessThanOrEqual(1200);
    return peer.openRtp(datagram.subarray(4));
  });
  expect(opened.slice(0, frame.count).map(({ payload }) => payload)).toEqual(frame.payloads);

  egress.setDestination(id, undefined);
  const out = new Uint8Array(frame.count * SECURE_LIMITS.framedPacketBytes);
  const bytes = egress.frame(id, frame.block, frame.packets, 0, frame.count, out);
  const view = Buffer.from(out.buffer, 0, bytes);
  const payloads: Buffer[] = [];
  for (let at = 0; at < bytes; ) {
    const length = view.readUInt16BE(at + 2);
    expect([at % 4, view.readUInt16BE(at)]).toEqual([0, 0x4001]);
    payloads.push(peer.openRtp(view.subarray(at + 4, at + 4 + length)).payload);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  expect(payloads).toEqual(frame.payloads);
  egress.setChannel(id, 0);
  expect(unframed(out, egress.frame(id, frame.block, frame.packets, 0, 1, out)).length).toBe(1);
});
