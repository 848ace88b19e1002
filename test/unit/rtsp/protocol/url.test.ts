import { describe, expect, test } from "bun:test";
import { acceptsDigestUri, parseRtspUrl } from "../../../../src/rtsp/protocol/url.ts";

describe("tracks are found wherever players put them", () => {
  test.each([
    ["rtsp://h/stream1", undefined, undefined],
    ["rtsp://h/stream1/", undefined, undefined],
    ["rtsp://h/stream1/trackID=0", 0, undefined],
    ["rtsp://h/stream1/trackID=1/", 1, undefined],
    ["rtsp://h/stream1/trackID=0?q", 0, undefined],
    ["rtsp://h/stream1?q/trackID=0", 0, undefined],
    ["rtsp://h/stream1/?q/trackID=2", 2, undefined],
    ["rtsp://h/stream1?token=abc/trackID=0", 0, "abc"],
    ["rtsp://h/stream1/?token=abc/", undefined, "abc"],
    ["rtsp://h/stream1/trackID=0?token=abc", 0, "abc"],
    ["rtsp://h/stream1?tcp&token=abc/trackID=0", 0, "abc"],
    ["rtsp://h/stream1/STREAMID=3", 3, undefined],
    ["rtsp://h/stream1/streamid=3", 3, undefined],
    ["RTSP://h/stream1/trackid=0", 0, undefined],
    ["/stream1/trackID=0", 0, undefined],
    ["stream1/trackID=0", 0, undefined],
    ["rtsp://h//stream1//trackID=0", 0, undefined],
  ])("%s", (uri, track, token) => {
    const target = parseRtspUrl(uri);
    expect({ path: target.path, track: target.track, token: target.token }).toEqual({ path: "/stream1", track, token });
  });

  test.each(["trackID=abc", "trackID=", "trackID=-1", "trackID=9999", "xtrackID=0"])("%s is no track", (part) => {
    expect(parseRtspUrl(`rtsp://h/stream1/${part}`).segments).toEqual(["stream1", part]);
  });

  test("a control URL relative to nothing", () => {
    expect(parseRtspUrl("trackID=1")).toMatchObject({
      path: "/",
      segments: [],
      track: 1,
      scheme: undefined,
      host: undefined,
    });
  });
});

describe("Content-Base and the URL for RTP-Info", () => {
  test.each([
    ["rtsp://h/stream1", "rtsp://h/stream1/", "rtsp://h/stream1"],
    ["rtsp://h:8554/stream1/", "rtsp://h:8554/stream1/", "rtsp://h:8554/stream1/"],
    ["rtsp://u:p@h/stream1", "rtsp://h/stream1/", "rtsp://h/stream1"],
    ["rtsp://:@h/stream1", "rtsp://h/stream1/", "rtsp://h/stream1"],
    ["rtsp://u:p%40@x@h:1/stream1", "rtsp://h:1/stream1/", "rtsp://h:1/stream1"],
    ["rtsp://h/stream1?tcp", "rtsp://h/stream1/?tcp", "rtsp://h/stream1?tcp"],
    ["rtsp://h/stream1/?x=y/&tcp/", "rtsp://h/stream1/?x=y/&tcp/", "rtsp://h/stream1/?x=y/&tcp/"],
    ["rtsp://h/stream1?token=s3cret", "rtsp://h/stream1/", "rtsp://h/stream1"],
    ["rtsp://h/stream1?TOKEN=s3cret&udp&token=s3cret", "rtsp://h/stream1/?udp", "rtsp://h/stream1?udp"],
    ["rtsp://h/stream1?%74oken=s3cret", "rtsp://h/stream1/", "rtsp://h/stream1"],
    ["rtsp://h/stream1?token=s3cret/trackID=0", "rtsp://h/stream1/", "rtsp://h/stream1/trackID=0"],
    ["rtsp://h/stream1/?tcp/trackID=0", "rtsp://h/stream1/?tcp", "rtsp://h/stream1/?tcp/trackID=0"],
    ["rtsp://h/stream1/trackID=0?tcp&token=s3cret", "rtsp://h/stream1/?tcp", "rtsp://h/stream1/trackID=0?tcp"],
    ["rtsp://[::1]:8554/stream1", "rtsp://[::1]:8554/stream1/", "rtsp://[::1]:8554/stream1"],
    ["rtsps://h/stream1#f", "rtsps://h/stream1/", "rtsps://h/stream1"],
    ["rtsp://h", "rtsp://h/", "rtsp://h"],
    ["/stream1", "/stream1/", "/stream1"],
    ['rtsp://h/a,b;c"d?x<é', "rtsp://h/a%2Cb%3Bc%22d/?x%3C%C3%A9", "rtsp://h/a%2Cb%3Bc%22d?x%3C%C3%A9"],
  ])("%s", (uri, baseUrl, url) => {
    const target = parseRtspUrl(uri);
    expect({ baseUrl: target.baseUrl, url: target.url }).toEqual({ baseUrl, url });
    expect(JSON.stringify([target.url, target.baseUrl, target.path])).not.toContain("s3cret");
    // What players make of Content-Base must lead to the same place.
    expect(parseRtspUrl(`${target.baseUrl}${target.baseUrl.endsWith("/") ? "" : "/"}trackID=0`)).toMatchObject({
      path: target.path,
      track: 0,
      transport: target.transport,
    });
  });
});

describe("parts", () => {
  test.each([
    ["rtsp://h/x", "rtsp", "h", 554],
    ["rtsps://h/x", "rtsps", "h", 322],
    ["rtsp://h:/x", "rtsp", "h", 554],
    ["rtsp://192.168.1.2:65535", "rtsp", "192.168.1.2", 65_535],
    ["rtsp://[fe80::1%25eth0]:1/x", "rtsp", "[fe80::1%25eth0]", 1],
  ])("%s", (uri, scheme, host, port) => {
    expect(parseRtspUrl(uri)).toMatchObject({ scheme: scheme as "rtsp", host, port });
  });

  test.each([
    ["/stream1", undefined, ["stream1"]],
    ["/cam1/stream2", "cam1", ["stream2"]],
    ["/cam1", undefined, ["cam1"]],
    ["/onvif/profile%201", undefined, ["onvif", "profile 1"]],
    ["/cam2/onvif/p", "cam2", ["onvif", "p"]],
    ["/recording/42", undefined, ["recording", "42"]],
    ["/", undefined, []],
  ])("path %s", (path, camera, segments) => {
    expect(parseRtspUrl(`rtsp://h${path}`)).toMatchObject({ camera, segments });
  });

  test("transport choice and tokens", () => {
    expect(parseRtspUrl("rtsp://h/s?udp").transport).toBe("udp");
    expect(parseRtspUrl("rtsp://h/s?tcp/trackID=0").transport).toBe("tcp");
    expect(parseRtspUrl("rtsp://h/s?tcpx").transport).toBeUndefined();
    expect(parseRtspUrl("rtsp://h/s?token=").token).toBe("");
    expect(parseRtspUrl("rtsp://h/s?token").token).toBe("");
    expect(parseRtspUrl("rtsp://h/s?token=a%2Bb+c=").token).toBe("a+b+c=");
    expect(parseRtspUrl("rtsp://h/s?token=first&token=second").token).toBe("first");
    expect(parseRtspUrl("rtsp://h/s").token).toBeUndefined();
  });

  test("the asterisk", () => {
    expect(parseRtspUrl("*")).toMatchObject({ asterisk: true, segments: [], url: "*" });
    expect(parseRtspUrl("rtsp://h/x").asterisk).toBeFalse();
  });
});

describe("refused", () => {
  test.each([
    "http://h/x",
    "rtspu://h/x",
    "rtsp:///x",
    "rtsp://h:0/x",
    "rtsp://h:65536/x",
    "rtsp://h:1:2/x",
    "rtsp://h:+1/x",
    "rtsp://a b/x",
    "rtsp://[::1/x",
    "rtsp://[g]/x",
    "rtsp://h/../x",
    "rtsp://h/%2e%2e/x",
    "rtsp://h/.%2E/x",
    "rtsp://h/./x",
    "rtsp://h/a%2fb",
    "rtsp://h/a%5cb",
    "rtsp://h/a%00b",
    "rtsp://h/a%0d%0ab",
    "rtsp://h/a\r\nb",
    "rtsp://h/%",
    "rtsp://h/%c3%28",
    "rtsp://h/x?token=%zz",
  ])("%p", (uri) => {
    expect(() => parseRtspUrl(uri)).toThrow(expect.objectContaining({ kind: "bad-request" }));
  });
});

describe("Digest uri", () => {
  test.each([
    ["DESCRIBE", "rtsp://h/s", "rtsp://h/s", true],
    ["DESCRIBE", "rtsp://h/s?q", "/s?q", true],
    ["DESCRIBE", "rtsp://h", "/", true],
    ["DESCRIBE", "rtsp://h/s", "rtsp://h/s/", false],
    ["DESCRIBE", "rtsp://h/s", "rtsp://h/other", false],
    ["DESCRIBE", "rtsp://h/s", "", false],
    ["SETUP", "rtsp://h/s/trackID=0", "rtsp://h/s/trackID=0", true],
    ["SETUP", "rtsp://h/s/trackID=0", "rtsp://h/s", true],
    ["SETUP", "rtsp://h/s/trackID=0", "rtsp://h/s/", true],
    ["SETUP", "rtsp://h/s/?q/trackID=0", "rtsp://h/s/?q", true],
    ["SETUP", "rtsp://h/s", "rtsp://h/s/", false],
    ["PLAY", "rtsp://h/s/trackID=0", "rtsp://h/s", false],
  ])("%s %s signed %s: %p", (method, uri, signed, accepted) => {
    expect(acceptsDigestUri(method, uri, signed)).toBe(accepted);
  });
});
