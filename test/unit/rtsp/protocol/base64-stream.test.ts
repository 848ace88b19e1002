import { describe, expect, test } from "bun:test";
import { Base64Stream } from "../../../../src/rtsp/protocol/base64-stream.ts";
import { SeededRandom } from "../../../support/seeded-random.ts";

/** What comes of `text` in pieces of the sizes that `nextSize` gives. */
function decode(text: string, nextSize: () => number): { bytes: string; isBroken: boolean } {
  const stream = new Base64Stream();
  const parts: Uint8Array[] = [];
  const input = Buffer.from(text, "latin1");
  for (let at = 0; at < input.length; ) {
    const size = nextSize();
    parts.push(stream.decode(input.subarray(at, at + size)));
    at += size;
  }
  return { bytes: Buffer.concat(parts).toString("latin1"), isBroken: stream.isBroken };
}

const whole = (text: string) => decode(text, () => text.length);

describe("Base64Stream", () => {
  test("messages of any length, each encoded by itself, are the same however they are cut", () => {
    const random = new SeededRandom(20_261_130);
    for (let round = 0; round < 300; round += 1) {
      const messages = Array.from({ length: 1 + random.below(5) }, () =>
        Buffer.from(Array.from({ length: random.below(70) }, () => random.below(256))),
      );
      const blank = random.pick(["", "\r\n", " ", "\n\t"]);
      const text = messages.map((message) => message.toString("base64")).join(blank);
      const expected = { bytes: Buffer.concat(messages).toString("latin1"), isBroken: false };
      const largest = random.pick([1, 2, 3, 5, 100]);
      expect(decode(text, () => 1 + random.below(largest))).toEqual(expected);
      expect(whole(text)).toEqual(expected);
    }
  });

  test("is cut at every place of a short text", () => {
    const text = "T1BUSU9OUw==UExBWQ==QQ==QUI=QUJD";
    for (let at = 1; at < text.length; at += 1) {
      let sizes = [at, text.length];
      expect(decode(text, () => sizes.shift() ?? 1)).toEqual({ bytes: "OPTIONSPLAYAABABC", isBroken: false });
      sizes = [];
    }
  });

  test("gives what stands before the end of a quantum only", () => {
    expect(whole("QUJDQ")).toEqual({ bytes: "ABC", isBroken: false });
    expect(whole("QUJDQUI")).toEqual({ bytes: "ABC", isBroken: false });
  });

  test.each(["=", "Q=", "QQ=Q", "QUJD=", "QUJD!", "QUJD-", "QUJD_", "QUJD\0", "QUJDÿ", "QUJDPOST / HTTP/1.1"])(
    "%j is broken from its fault on",
    (text) => {
      const result = whole(text);
      expect(result.isBroken).toBe(true);
      expect(decode(`${text}QUJD`, () => 1)).toEqual(result);
    },
  );
});
