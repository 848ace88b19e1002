import { Egress, Library, prepareUdpSocket } from "bun-ffi-v4l2";
import { type Cost, gopSizes, measure, openRaw, openReceivers } from "./loopback.ts";
import { median } from "./median.ts";

const RECEIVERS = 100;
const ROUNDS = 20;
const PACKET_BYTES = 1412;
const INTERLEAVED_BYTES = 4;
const SEND_BUFFER_BYTES = 4 << 20;

interface Frame {
  /** Packets end to end, as the raw loop sends them. */
  readonly plain: Uint8Array;
  /** Packets behind interleaving headers, as the server holds them. */
  readonly block: Uint8Array;
  readonly packets: Uint32Array;
  readonly count: number;
}

export const name = "egress";

/** Sends the same pictures to 100 UDP receivers through `Egress.send` and through a bare C loop, in turn, and compares medians. */
export async function run(): Promise<Record<string, number>> {
  const raw = openRaw();
  const library = Library.open();
  const receivers = openReceivers(raw, RECEIVERS);
  const socket = (await Bun.udpSocket({ hostname: "127.0.0.1" })) as Bun.udp.Socket<"buffer"> & { readonly fd: number };
  prepareUdpSocket(library, socket.fd, SEND_BUFFER_BYTES);
  const egress = Egress.create(library);
  for (const port of receivers.ports) egress.setActive(egress.add({ fd: socket.fd, address: "127.0.0.1", port }), true);

  const frames = gopSizes().map(frameOf);
  const prepared = new BigUint64Array(
    frames.map(({ plain }) =>
      BigInt(raw.raw_prepare(plain, plain.length, PACKET_BYTES, receivers.ports, RECEIVERS) ?? 0),
    ),
  );
  if (prepared.includes(0n)) throw new Error("a frame has too many messages for the raw loop");
  const ways = {
    ours: () => {
      for (const { block, packets, count } of frames) egress.send(block, packets, count);
    },
    raw: () => void raw.raw_send(socket.fd, prepared, prepared.length),
  };
  const packetsARound = frames.reduce((sum, { count }) => sum + count, 0) * RECEIVERS;
  const costs: Record<keyof typeof ways, Cost[]> = { ours: [], raw: [] };
  let delivered = Number.POSITIVE_INFINITY;
  for (let round = -1; round < ROUNDS; round++) {
    // Each way goes first in every other round.
    for (const way of round % 2 === 0 ? (["raw", "ours"] as const) : (["ours", "raw"] as const)) {
      const cost = measure(raw.raw_thread_cpu_ns, ways[way]);
      const arrived = receivers.fds.reduce((sum, fd) => sum + raw.raw_drain(fd), 0);
      delivered = Math.min(delivered, arrived / packetsARound);
      if (round >= 0) costs[way].push(cost); // the first pair warms up
    }
  }
  egress.destroy();
  socket.close();
  const cpu = (way: keyof typeof ways) => median(costs[way].map(({ cpuNs }) => cpuNs)) / packetsARound;
  const wall = (way: keyof typeof ways) => median(costs[way].map(({ wallNs }) => wallNs)) / packetsARound;
  return {
    receivers: RECEIVERS,
    rawCpuNsPerPacket: cpu("raw"),
    egressCpuNsPerPacket: cpu("ours"),
    cpuRatioToRaw: cpu("raw") / cpu("ours"),
    rawWallNsPerPacket: wall("raw"),
    egressWallNsPerPacket: wall("ours"),
    wallRatioToRaw: wall("raw") / wall("ours"),
    deliveredShare: delivered,
  };
}

function frameOf(bytes: number): Frame {
  const count = Math.ceil(bytes / PACKET_BYTES);
  const plain = Buffer.alloc(bytes, "picture");
  const block = Buffer.allocUnsafeSlow(bytes + count * INTERLEAVED_BYTES);
  const packets = new Uint32Array(count * 2);
  let offset = 0;
  for (let index = 0; index < count; index++) {
    const packet = plain.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES);
    offset += INTERLEAVED_BYTES;
    block.set(packet, offset);
    packets.set([offset, packet.length], index * 2);
    offset += packet.length;
  }
  return { plain, block, packets, count };
}

if (import.meta.main) console.table(await run());
