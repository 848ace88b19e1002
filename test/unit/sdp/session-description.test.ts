import { describe, expect, test } from "bun:test";
import {
  formatSessionDescription,
  type H264Track,
  type SessionDescription,
} from "../../../src/sdp/session-description.ts";

const H264: H264Track = {
  codec: "H264",
  payloadType: 96,
  clockRate: 90_000,
  profileLevelId: "42c01e",
  spropParameterSets: "Z0LAHg==,aM4=",
  frameRate: 29.97002997,
  bandwidthKbps: 2000.2,
  control: "trackID=0",
};

const SESSION: SessionDescription = {
  sessionId: "123",
  sessionVersion: "4",
  originAddress: "192.0.2.1",
  family: 4,
  name: "RotorDream stream1",
  baseControl: "*",
  range: "npt=now-",
  tracks: [H264],
};

describe("SDP of a live stream", () => {
  test("has every line in the order of RFC 8866, ended by CRLF", () => {
    expect(formatSessionDescription(SESSION)).toBe(
      [
        "v=0",
        "o=- 123 4 IN IP4 192.0.2.1",
        "s=RotorDream stream1",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        "m=video 0 RTP/AVP 96",
        "b=AS:2001",
        "a=rtpmap:96 H264/90000",
        "a=fmtp:96 packetization-mode=1; profile-level-id=42c01e; sprop-parameter-sets=Z0LAHg==,aM4=",
        "a=framerate:29.97",
        "a=control:trackID=0",
        "",
      ].join("\r\n"),
    );
  });

  test("before the first picture says only what is known", () => {
    const unknown = {
      profileLevelId: undefined,
      spropParameterSets: undefined,
      frameRate: undefined,
      bandwidthKbps: undefined,
    };
    const sdp = formatSessionDescription({ ...SESSION, name: "", tracks: [{ ...H264, ...unknown }] });
    expect(sdp).toContain("a=fmtp:96 packetization-mode=1\r\n");
    expect(sdp).toContain("\r\ns= \r\n");
    expect(sdp).not.toMatch(/undefined|framerate|b=/);
  });

  test("describes JPEG by its static payload type, and metadata beside it", () => {
    const clockRate = 90_000;
    const sdp = formatSessionDescription({
      ...SESSION,
      tracks: [
        { codec: "JPEG", payloadType: 26, clockRate, frameRate: 10, control: "trackID=0" },
        { codec: "vnd.onvif.metadata", payloadType: 107, clockRate, control: "trackID=1" },
      ],
    });
    expect(sdp.slice(sdp.indexOf("m="))).toBe(
      [
        "m=video 0 RTP/AVP 26",
        "a=rtpmap:26 JPEG/90000",
        "a=framerate:10",
        "a=control:trackID=0",
        "m=application 0 RTP/AVP 107",
        "a=rtpmap:107 vnd.onvif.metadata/90000",
        "a=control:trackID=1",
        "",
      ].join("\r\n"),
    );
  });

  test("is of the family that the client came by", () => {
    const sdp = formatSessionDescription({ ...SESSION, family: 6, originAddress: "fd00::2" });
    expect(sdp).toContain(" IN IP6 fd00::2\r\n");
    expect(sdp).toContain("c=IN IP6 ::\r\nt=0 0\r\n");
  });

  test.each(["a\r\nm=audio 0 RTP/AVP 0", "a\nb", "a\0"])("never lets %p start a line", (name) => {
    expect(() => formatSessionDescription({ ...SESSION, name })).toThrow(expect.objectContaining({ kind: "internal" }));
  });
});
