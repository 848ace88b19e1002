import { expect } from "bun:test";
import { STREAM_MAIN } from "../../native/ts/index.ts";
import { parseBaselineJpeg } from "../../src/media/baseline-jpeg.ts";
import { JpegPacketizer } from "../../src/rtp/jpeg-packetizer.ts";
import { PacketBlock } from "../../src/rtp/packet-block.ts";
import { testWith } from "../support/conditional-tests.ts";
import { PipelineRecorder, SUB_320 } from "../support/pipeline-recorder.ts";
import { packetsOf, rebuildJpeg } from "../support/rtp-jpeg.ts";
import { until } from "../support/until.ts";

/** Planar YUV of a JPEG, cut to a size. */
async function decode(jpeg: Uint8Array, width: number, height: number): Promise<Buffer> {
  const crop = ["-vf", `crop=${width}:${height}:0:0:exact=1`];
  const child = Bun.spawn(["ffmpeg", "-v", "error", "-f", "mjpeg", "-i", "-", ...crop, "-f", "rawvideo", "-"], {
    stdin: jpeg,
    stdout: "pipe",
    stderr: "inherit",
  });
  return Buffer.from(await new Response(child.stdout).arrayBuffer());
}

// the receiver builds its own headers, with the standard Huffman tables: this is what fails when the encoder uses others
for (const [width, height, quality] of [
  [640, 360, 60],
  [640, 360, 1],
  [640, 360, 100],
  [1920, 1080, 85],
  [638, 362, 60],
  [66, 64, 60],
] as const) {
  testWith("ffmpeg")(`a still of ${width}x${height} at quality ${quality} is the same picture behind RTP`, async () => {
    const main = { ...SUB_320, width, height, fps: 10 };
    const recorder = new PipelineRecorder({ source: { kind: "test", width, height, fps: 10 }, main, sub: SUB_320 });
    try {
      await until(() => recorder.main.length >= 2);
      recorder.pipeline.requestStill(STREAM_MAIN, quality);
      await until(() => recorder.stills.length === 1);
    } finally {
      recorder.pipeline.close();
    }
    const still = Buffer.from(recorder.stills[0]?.bytes ?? []);
    const block = new PacketBlock();
    const packetizer = new JpegPacketizer({ ssrc: 1, firstSequence: 0, payloadBytes: 1400 });
    packetizer.packetize(still, parseBaselineJpeg(still), 0, block);
    const rebuilt = rebuildJpeg(packetsOf(block).map(({ payload }) => payload));
    const decoded = await decode(rebuilt, width, height);
    expect(decoded.length).toBe((width * height * 3) / 2);
    expect(decoded.equals(await decode(still, width, height))).toBe(true);
  });
}
