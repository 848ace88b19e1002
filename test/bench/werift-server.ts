import "reflect-metadata";
import { MediaStreamTrack, RTCPeerConnection, type RTCRtpSender, useH264 } from "werift";
import { Library, Pipeline, SECURE_LIMITS, STREAM_MAIN } from "../../native/ts/index.ts";
import { H264Packetizer } from "../../src/rtp/h264-packetizer.ts";
import { rtpTimestamp } from "../../src/rtp/media-clock.ts";
import { PacketBlock } from "../../src/rtp/packet-block.ts";

/**
 * What werift alone makes of our stream1: the same source, encoder and packets, sent with `RTCRtpSender.sendRtp`. Answers WHEP on a
 * free port, which it prints; ends when its input does.
 */

const SOURCE = { kind: "test", width: 1920, height: 1080, fps: 30, noise: 4 } as const;
const MAIN = { enabled: true, width: 1920, height: 1080, fps: 30, bitrateKbps: 4000, gop: 30 };
const SUB = { enabled: true, width: 640, height: 360, fps: 30, bitrateKbps: 500, gop: 30 };

const senders = new Map<RTCPeerConnection, RTCRtpSender>();

async function end(id: string): Promise<void> {
  for (const connection of senders.keys()) if (connection.id === id) await connection.close();
}

/** Until the last packet of a picture was handed to the kernel: the next one is left out, or what waits would pile up without end. */
let isSending = false;

function publish(pipeline: Pipeline, packetizer: H264Packetizer, block: PacketBlock): void {
  for (let frame = pipeline.next(); frame !== undefined; frame = pipeline.next()) {
    if (frame.stream === STREAM_MAIN && !isSending) {
      block.clear();
      packetizer.packetize(frame, rtpTimestamp(0, frame.captureTimeUs), block);
      send(block);
    }
    pipeline.release(frame.slot);
  }
}

function send(block: PacketBlock): void {
  const connected = [...senders].flatMap(([{ connectionState }, sender]) =>
    connectionState === "connected" ? sender : [],
  );
  let last: Promise<void> | undefined;
  for (let index = 0; index < block.count; index += 1) {
    const start = block.packets[index * 2] ?? 0;
    // werift keeps it for those who ask again
    const packet = Buffer.from(block.bytes.subarray(start, start + (block.packets[index * 2 + 1] ?? 0)));
    for (const sender of connected) last = sender.sendRtp(packet);
  }
  if (last === undefined) return;
  isSending = true;
  void last.finally(() => {
    isSending = false;
  });
}

/** Id and answer of a new connection. */
async function answer(offer: string): Promise<readonly [string, string]> {
  const connection = new RTCPeerConnection({
    codecs: { video: [useH264({ rtcpFeedback: [{ type: "nack" }] })] },
    iceServers: [],
    iceUseIpv6: false,
    iceUseTcp: false,
    iceAdditionalHostAddresses: ["127.0.0.1"],
  });
  const { sender } = connection.addTransceiver(new MediaStreamTrack({ kind: "video" }), { direction: "sendonly" });
  senders.set(connection, sender);
  connection.connectionStateChange.subscribe((state) => {
    if (state === "closed" || state === "failed" || state === "disconnected") senders.delete(connection);
  });
  await connection.setRemoteDescription({ type: "offer", sdp: offer });
  // the viewers here can only be the client
  for (const transport of connection.dtlsTransports) transport.role = "server";
  await connection.setLocalDescription(await connection.createAnswer());
  const sdp = connection.localDescription?.sdp ?? "";
  return [connection.id, sdp.replaceAll(/^a=candidate:(?!.* 127\.0\.0\.1 ).*\r\n/gm, "")];
}

function main(): void {
  const block = new PacketBlock();
  const packetizer = new H264Packetizer({
    payloadType: 96,
    ssrc: 1,
    firstSequence: 0,
    payloadBytes: SECURE_LIMITS.payloadBytes,
  });
  const pipeline = Pipeline.create(Library.open(), { source: SOURCE, main: MAIN, sub: SUB }, () =>
    publish(pipeline, packetizer, block),
  );
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      if (request.method === "DELETE") {
        await end(new URL(request.url).pathname.slice(1));
        return new Response();
      }
      const [id, sdp] = await answer(await request.text());
      return new Response(sdp, { status: 201, headers: { Location: `/${id}` } });
    },
  });
  console.log(server.port);
  process.stdin.on("end", () => process.exit()).resume();
}

if (import.meta.main) main();
