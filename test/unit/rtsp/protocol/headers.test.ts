import { describe, expect, test } from "bun:test";
import { formatClockRange, formatNptRange, parseRange } from "../../../../src/rtsp/protocol/range-header.ts";
import { formatRtpInfo } from "../../../../src/rtsp/protocol/rtp-info.ts";
import { formatSession, parseSessionId } from "../../../../src/rtsp/protocol/session-header.ts";
import { formatTransport, parseTransport } from "../../../../src/rtsp/protocol/transport-header.ts";

const BAD_REQUEST = expect.objectContaining({ kind: "bad-request" });

describe("Transport", () => {
  test("what FFmpeg, GStreamer and VLC send", () => {
    expect(parseTransport("RTP/AVP/TCP;unicast;interleaved=0-1")).toMatchObject([
      {
        lowerTransport: "tcp",
        delivery: "unicast",
        interleaved: [0, 1],
        clientPort: undefined,
        unsupported: undefined,
      },
    ]);
    expect(parseTransport("RTP/AVP;unicast;client_port=42130-42131")).toMatchObject([
      { lowerTransport: "udp", delivery: "unicast", clientPort: [42_130, 42_131], unsupported: undefined },
    ]);
    expect(parseTransport("RTP/AVP/UDP;unicast;client_port=1-2")).toMatchObject([{ lowerTransport: "udp" }]);
    expect(parseTransport("RTP/AVP;multicast")).toMatchObject([{ lowerTransport: "udp", delivery: "multicast" }]);
  });

  test("what recorders send: no channels, other cases, an empty parameter at the end", () => {
    expect(parseTransport("RTP/AVP/TCP;unicast;")).toMatchObject([{ interleaved: undefined, unsupported: undefined }]);
    expect(parseTransport("rtp/avp/tcp; UNICAST; interleaved=0-1; ssrc=0; mode=play")).toMatchObject([
      { delivery: "unicast", interleaved: [0, 1], unsupported: undefined },
    ]);
  });

  test("alternatives keep the client's order, quotes hide separators", () => {
    const offers = parseTransport(
      'RAW/RAW/UDP;unicast, rtp/avp/tcp;Interleaved="2-3";mode="PLAY,RECORD" ,RTP/AVP;multicast;destination="224.1.2.3";port=5000-5001;ttl=9;ssrc=00AB,',
    );
    expect(offers).toMatchObject([
      { lowerTransport: "udp", unsupported: expect.any(String) },
      { lowerTransport: "tcp", interleaved: [2, 3], unsupported: undefined },
      {
        delivery: "multicast",
        destination: "224.1.2.3",
        port: [5000, 5001],
        ttl: 9,
        ssrc: "00AB",
        unsupported: undefined,
      },
    ]);
  });

  test.each([
    "RTP/AVP;client_port=5000-5000",
    "RTP/AVP/TCP;interleaved=1-1",
    "RTP/SAVP;unicast",
    "RTP/AVP;mode=RECORD",
    'RTP/AVP;mode="receive"',
    "RTP/AVP;append",
    "RTP/AVP/DCCP",
    "x-real-rdt/tcp",
  ])("%s is understood but not served", (value) => {
    expect(parseTransport(value)[0]?.unsupported).toBeString();
  });

  test("ports below 1024, and destinations, are left to the session to refuse", () => {
    expect(parseTransport("RTP/AVP;unicast;client_port=80-81;destination=8.8.8.8;source")[0]).toMatchObject({
      clientPort: [80, 81],
      destination: "8.8.8.8",
      source: "",
    });
  });

  test("one number stands for a pair", () => {
    expect(parseTransport("RTP/AVP/TCP;interleaved=254")[0]?.interleaved).toEqual([254, 255]);
    expect(parseTransport("RTP/AVP;client_port=5000")[0]?.clientPort).toEqual([5000, 5001]);
  });

  test.each([
    "",
    ",",
    "unicast",
    "RTP/AVP;client_port=",
    "RTP/AVP;client_port=a-b",
    "RTP/AVP;client_port=5000-70000",
    "RTP/AVP;client_port=65535",
    "RTP/AVP;client_port=1-2-3",
    "RTP/AVP;client_port=-5000",
    "RTP/AVP/TCP;interleaved=0-256",
    "RTP/AVP;ttl=256",
    "RTP/AVP;unicast;multicast",
    "RTP/AVP;client_port=1-2;client_port=3-4",
    'RTP/AVP;mode="PLAY',
    "/;unicast",
    Array.from({ length: 17 }, () => "RTP/AVP").join(),
  ])("%p is malformed", (value) => {
    expect(() => parseTransport(value)).toThrow(BAD_REQUEST);
  });

  test("an answer reads back as the same transport", () => {
    const tcp = formatTransport({ kind: "tcp", interleaved: [0, 1], ssrc: 0xab });
    expect(tcp).toBe('RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=000000AB;mode="PLAY"');
    expect(parseTransport(tcp)).toMatchObject([
      { lowerTransport: "tcp", interleaved: [0, 1], ssrc: "000000AB", unsupported: undefined },
    ]);
    const udp = formatTransport({
      kind: "udp",
      clientPort: [5000, 5001],
      serverPort: [6000, 6001],
      source: "10.0.0.1",
      ssrc: 0xffff_ffff,
    });
    expect(udp).toBe(
      'RTP/AVP;unicast;source=10.0.0.1;client_port=5000-5001;server_port=6000-6001;ssrc=FFFFFFFF;mode="PLAY"',
    );
    expect(parseTransport(udp)).toMatchObject([{ clientPort: [5000, 5001], source: "10.0.0.1" }]);
    const group = formatTransport({ kind: "multicast", destination: "239.1.1.1", port: [5000, 5001], ttl: 3, ssrc: 1 });
    expect(parseTransport(group)).toMatchObject([
      { delivery: "multicast", destination: "239.1.1.1", port: [5000, 5001], ttl: 3 },
    ]);
  });
});

describe("Range", () => {
  test.each([
    ["npt=now-", { unit: "npt", start: "now", end: undefined }],
    ["npt=0.000-", { unit: "npt", start: 0, end: undefined }],
    ["npt=-12.5", { unit: "npt", start: undefined, end: 12.5 }],
    ["NPT = 1:02:03.5 - 2:00:00", { unit: "npt", start: 3723.5, end: 7200 }],
    ["npt=10-20;time=19970123T143720Z", { unit: "npt", start: 10, end: 20 }],
    ["clock=19961108T142300Z-19961108T143520.25Z", { unit: "clock", start: 847_462_980_000, end: 847_463_720_250 }],
    ["clock=20260101T000000Z-", { unit: "clock", start: 1_767_225_600_000, end: undefined }],
    ["smpte=10:12:33:20-", { unit: "smpte" }],
    ["smpte-30-drop=0:10:00-", { unit: "smpte" }],
  ] as const)("%s", (value, expected) => {
    expect(parseRange(value)).toEqual(expected);
  });

  test.each([
    "",
    "npt",
    "npt=",
    "npt=-",
    "npt=5",
    "npt=a-",
    "npt=1-2-3",
    "npt=--1",
    "npt=1e9-",
    "npt=0:61:00-",
    "clock=-",
    "clock=1996-",
    "clock=19961308T142300Z-",
    "bytes=0-1",
  ])("%p is not understood", (value) => {
    expect(parseRange(value)).toBeUndefined();
  });

  test("what is written reads back", () => {
    expect(formatNptRange(1.5, undefined)).toBe("npt=1.500-");
    expect(parseRange(formatNptRange(0.25, 9.125))).toEqual({ unit: "npt", start: 0.25, end: 9.125 });
    expect(formatClockRange(847_463_720_250, undefined)).toBe("clock=19961108T143520.250Z-");
    expect(parseRange(formatClockRange(1_767_225_600_123, 1_767_225_601_000))).toEqual({
      unit: "clock",
      start: 1_767_225_600_123,
      end: 1_767_225_601_000,
    });
  });
});

describe("Session", () => {
  test.each([
    ["0123abcd", "0123abcd"],
    [" 0123abcd ; timeout=60", "0123abcd"],
    ["", undefined],
    [";timeout=60", undefined],
    ["a b", undefined],
    ["a".repeat(129), undefined],
    ['a"b', undefined],
  ])("%p", (value, id) => {
    expect(parseSessionId(value)).toBe(id as string);
  });

  test("is written as players expect it", () => {
    expect(formatSession("abc", 60)).toBe("abc;timeout=60");
    expect(parseSessionId(formatSession("abc", 60))).toBe("abc");
  });
});

test("RTP-Info names each track, timestamps are unsigned", () => {
  expect(
    formatRtpInfo([
      { url: "rtsp://h/s/trackID=0", start: { sequence: 65_535, rtpTimestamp: 0xffff_fff0 } },
      { url: "rtsp://h/s/trackID=1", start: { sequence: 0, rtpTimestamp: -1 } },
      { url: "rtsp://h/s/trackID=2", start: undefined },
    ]),
  ).toBe(
    "url=rtsp://h/s/trackID=0;seq=65535;rtptime=4294967280,url=rtsp://h/s/trackID=1;seq=0;rtptime=4294967295,url=rtsp://h/s/trackID=2",
  );
});
