import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { QualifiedName } from "../../src/soap/namespaces.ts";
import { findChild } from "../../src/soap/xml-element.ts";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { PixelViewer, type Samples } from "../support/pixel-viewer.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const PATH = "/onvif/imaging_service";
const SOURCE = "<timg:VideoSourceToken>VideoSource_1</timg:VideoSourceToken>";
const LIMIT_MS = 15_000;
const ADMIN = { Authorization: `Basic ${btoa("admin:password")}` };
/** Luma that brightness 0 takes away at least, on the average. */
const DARKER = 30;

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer();
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server.stop();
});

const ask = (name: string, content = SOURCE) => client.ask(`timg:${name}` as QualifiedName, content, PATH);
const settings = (members: string, more = "") =>
  `${SOURCE}<timg:ImagingSettings>${members}</timg:ImagingSettings>${more}`;
const set = (members: string, more = "") => client.call("timg:SetImagingSettings", settings(members, more), PATH);
const luma = (samples: Samples) => samples.reduce((sum, [y = 0]) => sum + y, 0) / samples.length;

async function rest(): Promise<Record<string, unknown>> {
  const answer = await fetch(`${server.http}/api/settings`, { headers: ADMIN });
  const { brightness, contrast, saturation } = ((await answer.json()) as { data: Record<string, unknown> }).data;
  return { brightness, contrast, saturation };
}

test("options and settings are those of the camera", async () => {
  const options = findChild(await ask("GetOptions"), "timg:ImagingOptions");
  const names = ["Brightness", "ColorSaturation", "Contrast"];
  expect(options?.children.map(({ name }) => name)).toEqual(names);
  const values = findChild(await ask("GetImagingSettings"), "timg:ImagingSettings");
  expect(values?.children.map(({ name, text }) => `${name} ${text}`)).toEqual(names.map((name) => `${name} 50`));
  expect(findChild(await ask("GetMoveOptions"), "timg:MoveOptions")?.children).toEqual([]);
  expect(findChild(await ask("GetStatus"), "timg:Status")?.children).toEqual([]);
  const anonymous = client.as("anonymous");
  expect(findChild(await anonymous.ask("timg:GetServiceCapabilities", "", PATH), "timg:Capabilities")).toBeDefined();
  await anonymous.ask("tds:GetCapabilities", "<tds:Category>Imaging</tds:Category>");
  expect((await anonymous.call("timg:GetOptions", SOURCE, PATH)).status).toBe(401);
});

testWith("ffmpeg")(
  "brightness shows in decoded pixels, over REST, and as one message to WebSocket clients",
  async () => {
    const viewer = new PixelViewer(`${server.rtsp}/stream1`);
    const socket = new WebSocket(`${server.http.replace("http", "ws")}/api/v1`, { headers: ADMIN });
    const messages: string[] = [];
    socket.onmessage = ({ data }) => void messages.push(String(data));
    try {
      await until(() => socket.readyState === WebSocket.OPEN, LIMIT_MS);
      const normal = luma(await viewer.waitFor(() => true, LIMIT_MS));
      const members = "<tt:Brightness>0</tt:Brightness><tt:ColorSaturation>60.4</tt:ColorSaturation>";
      const dark = viewer.waitFor((samples) => luma(samples) < normal - DARKER, LIMIT_MS);
      expect((await set(members, "<timg:ForcePersistence>true</timg:ForcePersistence>")).status).toBe(200);
      await dark;
      expect(await rest()).toMatchObject({ brightness: 0, saturation: 60 });
      await until(() => messages.some((text) => text.includes('"brightness":0')), LIMIT_MS);
      expect(messages.filter((text) => text.includes("brightness"))).toEqual(['{"brightness":0,"saturation":60}']);
      const values = findChild(await ask("GetImagingSettings"), "timg:ImagingSettings");
      expect(values?.children.map(({ text }) => text)).toEqual(["0", "60", "50"]);
    } finally {
      socket.close();
      await viewer.close();
      await set("<tt:Brightness>50</tt:Brightness><tt:ColorSaturation>50</tt:ColorSaturation>");
    }
  },
);

describe("refused by name, with nothing changed", () => {
  const wrong = [
    ...["NaN", "INF", "-INF", "", "x", "-0.1", "100.1", "1e999"].map(
      (text) => `<tt:Brightness>${text}</tt:Brightness>`,
    ),
    "<tt:Contrast>60</tt:Contrast><tt:Sharpness>50</tt:Sharpness>",
    "<tt:Contrast>60</tt:Contrast><tt:Contrast>60</tt:Contrast>",
    "<tt:Contrast>60</tt:Contrast><tt:Exposure><tt:Mode>AUTO</tt:Mode></tt:Exposure>",
    "<tt:Contrast>60</tt:Contrast><tt:Focus><tt:AutoFocusMode>AUTO</tt:AutoFocusMode></tt:Focus>",
    "<tt:Contrast>60</tt:Contrast><tt:IrCutFilter>ON</tt:IrCutFilter>",
    "<tt:BacklightCompensation><tt:Mode>ON</tt:Mode></tt:BacklightCompensation>",
    "<tt:WideDynamicRange><tt:Mode>OFF</tt:Mode></tt:WideDynamicRange>",
    "<timg:Contrast>60</timg:Contrast>",
    "<tt:Extension><tt:ImageStabilization><tt:Mode>ON</tt:Mode></tt:ImageStabilization></tt:Extension>",
  ];
  test.each(wrong)("%s", async (members) => {
    const before = await rest();
    const reply = await set(members);
    expect([reply.status, ...subcodes(reply)]).toEqual([400, "ter:InvalidArgVal", "ter:SettingsInvalid"]);
    expect(await rest()).toEqual(before);
  });

  test("an unknown source, a missing element, a word that is no boolean", async () => {
    for (const name of ["GetImagingSettings", "GetOptions", "GetMoveOptions", "GetStatus", "Stop", "Move"]) {
      const content = SOURCE.replace("VideoSource_1", "nope");
      const reply = await client.call(`timg:${name}` as QualifiedName, content, PATH);
      expect([name, ...subcodes(reply)]).toEqual([name, "ter:InvalidArgVal", "ter:NoSource"]);
    }
    expect(subcodes(await client.call("timg:SetImagingSettings", SOURCE, PATH))).toEqual(["ter:InvalidArgs"]);
    const persistence = "<timg:ForcePersistence>maybe</timg:ForcePersistence>";
    expect(subcodes(await set("<tt:Brightness>1</tt:Brightness>", persistence))).toEqual(["ter:InvalidArgVal"]);
    expect(subcodes(await client.call("timg:Stop", SOURCE, PATH))).toEqual([
      "ter:ActionNotSupported",
      "ter:NoImagingForSource",
    ]);
  });
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
