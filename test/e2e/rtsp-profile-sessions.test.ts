import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { describePath, documentsOf, headerOf, overTcp, sessionOf } from "../support/described-path.ts";
import { callApi } from "../support/recorder-client.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

describe("a session of two tracks", () => {
  test("is described, set up track by track, and told where each begins", async () => {
    const { client, described, base, setUp, packets, frames, order } = await describePath(server, "onvif/profile_2");
    const sections = described.body.split(/(?=^m=)/m);
    expect(sections[1]).toMatch(/^m=video 0 RTP\/AVP 96\r\n[\s\S]*a=control:trackID=0\r\n$/);
    expect(sections[2]).toBe(
      "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:trackID=1\r\n",
    );
    const video = await setUp(0, overTcp(0));
    const session = { Session: sessionOf(video) };
    expect((await setUp(1, { ...session, ...overTcp(0) })).status).toBe(461);
    const metadata = await setUp(1, { ...session, Transport: "RTP/AVP/TCP;unicast" });
    expect(sessionOf(metadata)).toBe(session.Session);
    expect(headerOf(metadata, "transport")).toContain("interleaved=2-3");
    const played = await client.request("PLAY", base, session);
    const starts = headerOf(played, "rtp-info").split(",");
    expect(starts.map((start) => start.replace(/seq=\d+;rtptime=\d+/, ""))).toEqual([
      `url=${base}trackID=0;`,
      `url=${base}trackID=1;`,
    ]);
    await until(() => packets(2).length >= 3);
    for (const [index, channel] of [0, 2].entries()) {
      const [first] = packets(channel);
      expect(starts[index]).toContain(`seq=${first?.sequence};`);
      const report = frames.get(channel + 1)?.[0];
      expect([report?.[1], report?.readUInt32BE(4)]).toEqual([200, first?.ssrc ?? 0]);
      // both clocks are the capture's: RTP time says the same of both tracks
      const ageMs = (((report?.readUInt32BE(16) ?? 0) - (first?.timestamp ?? 0)) | 0) / 90;
      expect(Math.abs(ageMs)).toBeLessThan(2500);
    }
    expect(order.slice(0, 2).sort()).toEqual([1, 3]);
    for (const document of documentsOf(packets(2))) expect(document).toContain("<tt:MetadataStream ");
    expect((await client.request("TEARDOWN", `${base}trackID=1`, session)).status).toBe(200);
    const [left, seen] = [packets(2).length, packets(0).length];
    await until(() => packets(0).length > seen + 40);
    expect(packets(2).length).toBe(left);
    expect((await client.request("TEARDOWN", base, session)).status).toBe(200);
    expect((await client.request("PLAY", base, session)).status).toBe(454);
    client.end();
  });

  test("may have the metadata alone", async () => {
    const { client, base, setUp, packets } = await describePath(server, "onvif/profile_1");
    const session = { Session: sessionOf(await setUp(1, overTcp(4))) };
    const played = await client.request("PLAY", base, session);
    expect(headerOf(played, "rtp-info")).toMatch(/^url=[^,]*trackID=1;seq=\d+;rtptime=\d+$/);
    await until(() => documentsOf(packets(4)).length >= 2);
    const statuses = () =>
      documentsOf(packets(4)).flatMap((document) => /<tt:PTZStatus>.*<\/tt:PTZStatus>/s.exec(document) ?? []);
    expect(statuses()[0]).toContain("<tt:PanTilt>IDLE</tt:PanTilt>");
    await callApi(server, "POST", "/api/ptz/move", { zoom: 1, timeout: 300 });
    await until(() => statuses().some((status) => status.includes("<tt:Zoom>MOVING</tt:Zoom>")));
    await until(() => statuses().at(-1)?.includes("<tt:Zoom>IDLE</tt:Zoom>") === true);
    expect(Number(/<tt:Zoom [^>]*x="([\d.]+)"/.exec(statuses().at(-1) ?? "")?.[1])).toBeGreaterThan(0);
    client.end();
  });

  test("pauses and goes on with both", async () => {
    const { client, base, setUp, packets } = await describePath(server, "onvif/profile_jpeg");
    const session = { Session: sessionOf(await setUp(0, overTcp(0))) };
    await setUp(1, { ...session, ...overTcp(2) });
    await client.request("PLAY", base, session);
    await until(() => packets(0).length > 10 && packets(2).length > 0);
    expect((await client.request("PAUSE", base, session)).status).toBe(200);
    const [pictures, documents] = [packets(0).length, packets(2).length];
    const again = await client.request("PLAY", base, session);
    await until(() => packets(0).length > pictures && packets(2).length > documents);
    const [first] = packets(0).slice(pictures);
    expect(headerOf(again, "rtp-info")).toContain(`seq=${first?.sequence};`);
    client.end();
  });

  test("is of one presentation", async () => {
    const { client, setUp } = await describePath(server, "stream1");
    const session = { Session: sessionOf(await setUp(0, overTcp(0))) };
    const profile = `${server.rtsp}/onvif/profile_1`;
    expect((await client.request("SETUP", `${profile}/trackID=1`, { ...session, ...overTcp(2) })).status).toBe(459);
    for (const path of [
      "onvif",
      "onvif/nothing",
      "onvif/profile_1/x",
      "cam1/onvif/profile_1",
      "onvif/profile_1/trackID=2",
    ])
      expect((await client.request("DESCRIBE", `${server.rtsp}/${path}`)).status).toBe(404);
    expect((await client.request("SETUP", `${server.rtsp}/stream1/trackID=1`, overTcp(6))).status).toBe(404);
    client.end();
  });
});

test("viewers count at the stream that they see, those of JPEG apart", async () => {
  const viewers = async () => {
    const answer = (await (await fetch(`${server.http}/api/streams`)).json()) as {
      data: readonly { readonly viewers: Readonly<Record<string, number>> }[];
    };
    return answer.data.map(({ viewers: { rtsp_tcp, rtsp_jpeg, total } }) => [rtsp_tcp, rtsp_jpeg, total]);
  };
  await until(async () => `${await viewers()}` === "0,0,0,0,0,0");
  for (const [profile, expected] of [
    [
      "profile_jpeg",
      [
        [0, 0, 0],
        [0, 1, 1],
      ],
    ],
    [
      "profile_2",
      [
        [0, 0, 0],
        [1, 0, 1],
      ],
    ],
  ] as const) {
    const { client, base, setUp } = await describePath(server, `onvif/${profile}`);
    const session = { Session: sessionOf(await setUp(0, overTcp(0))) };
    await setUp(1, { ...session, ...overTcp(2) });
    await client.request("PLAY", base, session);
    expect(await viewers()).toEqual(expected as unknown as number[][]);
    client.end();
    await until(async () => `${await viewers()}` === "0,0,0,0,0,0");
  }
});
