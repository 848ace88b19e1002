import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../../src/core/errors.ts";
import { chooseFormat, takesStream } from "../../../src/sdp/format-choice.ts";
import { h264ProfileOf } from "../../../src/sdp/h264-profile.ts";
import { firstMidOf, parsePeerDescription } from "../../../src/sdp/peer-description.ts";
import { formatTrickleFragment, parseTrickleFragment } from "../../../src/sdp/trickle-fragment.ts";
import { formatAnswer, formatOffer, type OwnDescription } from "../../../src/sdp/webrtc-description.ts";

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../../fixtures/sdp", `${name}-offer.sdp`), "utf8");
const CHROMIUM = fixture("chromium-video");

const OWN: OwnDescription = {
  sessionId: "4611686018427387904",
  iceUfrag: "AbCd",
  icePassword: "0123456789abcdefghijklmn",
  isIceLite: true,
  fingerprint: "AB:CD",
  candidates: ["1 1 udp 2130706431 10.0.0.1 8189 typ host"],
  setup: "passive",
  mid: "0",
  formats: [
    { payloadType: 108, parameters: "packetization-mode=1", rtxPayloadType: 109, feedback: ["nack", "nack pli"] },
  ],
  extensions: new Map([["transportSequence", 4]]),
  trackId: "stream1",
  cname: "cam",
  ssrc: 1,
  rtxSsrc: 2,
};

function refusal(text: string): AppError {
  try {
    parsePeerDescription(text);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("offers of browsers", () => {
  test("Chromium", () => {
    const offer = parsePeerDescription(CHROMIUM);
    expect(offer).toMatchObject({ setup: "actpass", isIceLite: false, iceUfrag: "/nUC" });
    expect(offer.fingerprints[0]?.hex).toHaveLength(64);
    expect(offer.candidates.length).toBe(2);
    expect(offer.video.mid).toBe("0");
    expect(offer.video.formats.map(({ payloadType }) => payloadType)).toEqual([102, 108, 116, 41]);
    expect(Object.fromEntries(offer.video.extensions)).toEqual({ absoluteSendTime: 2, transportSequence: 4, mid: 9 });
    const format = chooseFormat(offer.video.formats, "42c028");
    expect(format).toMatchObject({ payloadType: 108, rtxPayloadType: 109, profileLevelId: "42e01f" });
    expect(format?.feedback).toEqual(new Set(["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"]));
  });

  test("Firefox keeps fingerprint and options at the session", () => {
    const offer = parsePeerDescription(fixture("firefox-video"));
    expect(offer.fingerprints.length).toBe(1);
    expect(offer.video.formats).toMatchObject([{ payloadType: 126, rtxPayloadType: 127, profileLevelId: "42e01f" }]);
    expect(offer.video.extensions.get("transportSequence")).toBe(7);
  });

  test("Safari's video stands behind its audio", () => {
    const offer = parsePeerDescription(fixture("safari-audio-video"));
    expect([offer.video.index, offer.video.mid]).toEqual([1, "1"]);
    expect(chooseFormat(offer.video.formats, "42c01e")?.payloadType).toBe(98);
    expect(chooseFormat(offer.video.formats, "64001f")).toBeUndefined();
    expect(chooseFormat(offer.video.formats, "640c29")?.payloadType).toBe(96);
  });

  test("every other section is refused by port 0, in its place", () => {
    const offer = parsePeerDescription(fixture("chromium-all"));
    const answer = formatAnswer({ ...OWN, mid: offer.video.mid }, offer);
    const media = answer.split("\r\n").filter((line) => line.startsWith("m="));
    expect(media.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "m=audio 0",
      "m=video 9",
      "m=application 0",
    ]);
    expect(answer).toContain("a=group:BUNDLE 1\r\n");
  });
});

describe("profiles", () => {
  test("are told apart as RFC 6184's table says", () => {
    const table = { "42e01f": "constrained-baseline", "42c028": "constrained-baseline", "42001f": "baseline" } as const;
    const more = {
      "4d001f": "main",
      "4d801f": "constrained-baseline",
      "640c1f": "constrained-high",
      "640028": "high",
    } as const;
    for (const [id, profile] of Object.entries({ ...table, ...more })) expect(h264ProfileOf(id)).toBe(profile);
    for (const id of ["f4001f", "", "42e01", "zzzzzz"]) expect(h264ProfileOf(id)).toBeUndefined();
  });

  test("a receiver takes what its decoder must know", () => {
    expect(takesStream({ profileLevelId: "640028" }, "42c01f")).toBe(true);
    expect(takesStream({ profileLevelId: "42e01f" }, "640028")).toBe(false);
    expect(takesStream({ profileLevelId: "nothex" }, "42c01f")).toBe(false);
  });
});

describe("what lacks something is refused with a sentence", () => {
  const without = (pattern: RegExp) => CHROMIUM.replace(pattern, "");
  for (const [what, text, message] of [
    ["no SDP", "hello", "begin with v=0"],
    ["no mux", without(/a=rtcp-mux\r\n/), "a=rtcp-mux"],
    ["no ufrag", without(/a=ice-ufrag.*\r\n/), "a=ice-ufrag"],
    ["a short password", CHROMIUM.replace(/a=ice-pwd:.*/, "a=ice-pwd:short"), "malformed"],
    ["no fingerprint", without(/a=fingerprint.*\r\n/), "a=fingerprint"],
    ["a weak fingerprint", CHROMIUM.replace("sha-256", "sha-1"), "a=fingerprint"],
    ["no setup", without(/a=setup.*\r\n/), "a=setup"],
    ["no mid", without(/a=mid.*\r\n/), "a=mid"],
    ["sending only", CHROMIUM.replace("a=recvonly", "a=sendonly"), "no video section"],
    ["a refused section", CHROMIUM.replace("m=video 9", "m=video 0"), "no video section"],
    ["plain RTP", CHROMIUM.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "SAVPF"],
    ["a broken line", CHROMIUM.replace("a=mid:0", "a mid:0"), "no SDP"],
    ["a broken m line", CHROMIUM.replace("m=video 9", "m=video x"), "malformed m="],
    ["many sections", CHROMIUM + "m=audio 9 X 0\r\n".repeat(40), "more than 32"],
  ] as const)
    test(what, () => {
      const error = refusal(text);
      expect([error.kind, error.message]).toEqual(["bad-request", expect.stringContaining(message)]);
    });

  test("more than 64 KiB", () => {
    expect(refusal(CHROMIUM + "a=x\r\n".repeat(20_000)).kind).toBe("too-large");
  });
});

describe("our descriptions", () => {
  test("an offer carries what browsers need, once each", () => {
    const offer = formatOffer({ ...OWN, setup: "actpass", mid: "a-_4567890123456" });
    for (const line of [
      "a=ice-lite",
      "a=group:BUNDLE a-_4567890123456",
      "a=setup:actpass",
      "a=sendonly",
      "a=msid:rotordream stream1",
      "a=rtcp-mux",
      "a=rtpmap:108 H264/90000",
      "a=fmtp:109 apt=108",
      "a=ssrc-group:FID 1 2",
      "a=candidate:1 1 udp 2130706431 10.0.0.1 8189 typ host",
      "a=end-of-candidates",
    ])
      expect(offer.split("\r\n").filter((each) => each === line)).toEqual([line]);
    expect(firstMidOf(offer)).toBe("a-_4567890123456");
    expect(offer.endsWith("\r\n")).toBe(true);
  });

  test("nothing breaks out of a line", () => {
    expect(() => formatOffer({ ...OWN, trackId: "x\r\na=evil" })).toThrow("would break the SDP");
  });
});

describe("trickled fragments", () => {
  test("are read as RFC 8840 shows them", () => {
    const text = [
      "a=ice-ufrag:EsAw",
      "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1",
      "m=video 9 RTP/AVP 0",
      "a=mid:0",
      "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1",
      "a=end-of-candidates",
      "",
    ].join("\r\n");
    const fragment = parseTrickleFragment(text);
    expect(fragment).toMatchObject({ iceUfrag: "EsAw", icePassword: "P2uYro0UCOQ4zxjKXaWCBui1" });
    expect(fragment.candidates.length).toBe(1);
    expect(parseTrickleFragment("")).toEqual({ iceUfrag: undefined, icePassword: undefined, candidates: [] });
  });

  test("ours are read by the same parser", () => {
    const ours = {
      iceUfrag: "abcd",
      icePassword: "0123456789abcdefghijklmn",
      isIceLite: true,
      mid: "0",
      payloadType: 96,
    };
    const { candidates } = parseTrickleFragment(formatTrickleFragment({ ...ours, candidates: OWN.candidates }));
    expect(candidates).toEqual(OWN.candidates);
  });

  test("bad ones are refused", () => {
    expect(() => parseTrickleFragment("a=ice-pwd:x\r\n")).toThrow("malformed");
    expect(() => parseTrickleFragment("nonsense")).toThrow("no SDP");
    expect(() => parseTrickleFragment("a=candidate:1\r\n".repeat(257))).toThrow("more than 256");
  });
});

describe("what a peer may make us keep is bounded", () => {
  test("sections, the size of a description, the length of a mid", () => {
    const extra = (count: number) => `${CHROMIUM}${"m=audio 0 RTP/AVP 0\r\n".repeat(count)}`;
    expect(parsePeerDescription(extra(31)).video.mid).toBe("0");
    expect(refusal(extra(32)).kind).toBe("bad-request");
    expect(refusal(`${CHROMIUM}${"a=x\r\n".repeat(20_000)}`).kind).toBe("too-large");
    expect(refusal(CHROMIUM.replaceAll("a=mid:0", `a=mid:${"m".repeat(65)}`)).kind).toBe("bad-request");
  });

  test("formats: one behind 128 others is not looked at", () => {
    const others = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`).join(" ");
    const behind = (count: number) => CHROMIUM.replace(/^(m=video \d+ \S+)/m, `$1 ${others(count)}`);
    expect(parsePeerDescription(behind(20)).video.formats.length).toBe(4);
    expect(parsePeerDescription(behind(128)).video.formats).toEqual([]);
  });

  test("trickled candidates", () => {
    const fragment = (count: number) => "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(count);
    expect(parseTrickleFragment(fragment(256)).candidates.length).toBe(256);
    expect(() => parseTrickleFragment(fragment(257))).toThrow("more than 256 candidates");
  });
});
