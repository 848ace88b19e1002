import { expect, test } from "bun:test";
import { MetadataPacketizer } from "../../../src/rtp/metadata-packetizer.ts";
import { PacketBlock } from "../../../src/rtp/packet-block.ts";
import { packetsOf } from "../../support/rtp-jpeg.ts";

test("a document of any size is cut without loss, marked at its end", () => {
  const packetizer = new MetadataPacketizer({ ssrc: 1, firstSequence: 65_535, payloadBytes: 500 });
  let sequence = 65_535;
  for (const size of [1, 499, 500, 501, 1000, 65_536]) {
    const document = Buffer.from(Array.from({ length: size }, (_, index) => index & 255));
    const block = new PacketBlock();
    packetizer.packetize(document, 9000, block);
    const packets = packetsOf(block);
    expect(packets.length).toBe(Math.ceil(size / 500));
    expect(Buffer.concat(packets.map(({ payload }) => payload)).equals(document)).toBe(true);
    for (const packet of packets) {
      expect(packet).toMatchObject({ sequence, timestamp: 9000, payloadType: 107, marker: packet === packets.at(-1) });
      sequence = (sequence + 1) & 0xffff;
    }
  }
});
