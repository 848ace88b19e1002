import { afterAll, beforeAll, expect, test } from "bun:test";
import { findChildren } from "../../src/soap/xml-element.ts";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { OnvifClient, subcodes } from "../support/onvif-client.ts";
import { askFor, only, settingsOf, textAt, tokensOf } from "../support/onvif-media.ts";
import { playWithFfmpeg } from "../support/players.ts";
import { startServer, type TestServer } from "../support/server.ts";

const SOURCE = "VideoSourceConfig_1";
const CORNERS = {
  UpperLeft: "top-left",
  UpperRight: "top-right",
  LowerLeft: "bottom-left",
  LowerRight: "bottom-right",
};

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer([], { ROTORDREAM_LIMITS_API_PER_MINUTE: "0" });
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** An OSD's content after the choice of its service. */
function osd(service: "trt" | "tr2", text: string, corner = "UpperLeft", token = "OSD_1", source = SOURCE): string {
  return `<${service}:OSD token="${token}"><tt:VideoSourceConfigurationToken>${source}</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>${corner}</tt:Type></tt:Position><tt:TextString>${text}</tt:TextString></${service}:OSD>`;
}

const plain = (text: string) => `<tt:Type>Plain</tt:Type><tt:PlainText>${text}</tt:PlainText>`;
const timed = (type: string, date: string, time: string) =>
  `<tt:Type>${type}</tt:Type>${date === "" ? "" : `<tt:DateFormat>${date}</tt:DateFormat>`}${time === "" ? "" : `<tt:TimeFormat>${time}</tt:TimeFormat>`}`;

/** Luma of the box around eight letters in two corners of the sub stream: beneath the time, and at the bright end of the ramp. */
async function boxes(): Promise<{ readonly upperLeft: Uint8Array; readonly lowerRight: Uint8Array }> {
  const size = { width: 640, height: 360 };
  const url = `${server.rtsp}/stream2`;
  const { lastPicture } = await playWithFfmpeg({ ...size, url, transport: "tcp", frames: 12 });
  const box = (left: number, top: number) =>
    new Uint8Array(
      Array.from({ length: 24 }, (_, row) => {
        const start = (top + row) * size.width + left;
        return [...lastPicture.subarray(start, start + 84)];
      }).flat(),
    );
  return { upperLeft: box(10, 39), lowerRight: box(546, 296) };
}

/** Letters are white, what is around them dark, whatever was there. */
function isText(luma: Uint8Array): boolean {
  const dark = luma.filter((each) => each < 120).length;
  return dark > luma.length / 2 && luma.filter((each) => each > 190).length > luma.length / 20;
}

for (const service of ["trt", "tr2"] as const) {
  test(`${service}: every type, format and position that the options name can be set, and REST shows it`, async () => {
    const at = { ConfigurationToken: SOURCE };
    const options = only(await askFor(client, `${service}:GetOSDOptions`, at), `${service}:OSDOptions`);
    expect(only(options, "tt:MaximumNumberOfOSDs").attributes.get("Total")).toBe("1");
    const text = only(options, "tt:TextOption");
    const words = (name: "tt:Type" | "tt:DateFormat" | "tt:TimeFormat") =>
      findChildren(text, name).map((element) => element.text);
    expect(words("tt:Type")).toEqual(["Plain", "Date", "Time", "DateAndTime"]);

    expect((await client.ask(`${service}:GetOSDs`)).children).toEqual([]);
    const created = await client.ask(`${service}:CreateOSD`, osd(service, plain("Yard")));
    expect(textAt(created, `${service}:OSDToken`)).toBe("OSD_1");
    const full = await client.call(`${service}:CreateOSD`, osd(service, plain("Two")));
    expect(subcodes(full)).toEqual(["ter:Action", "ter:MaxOSDs"]);
    expect((await settingsOf(server.http)).overlay).toEqual({
      enabled: true,
      position: "top-left",
      format: "",
      text: "Yard",
    });
    const texts = [
      plain("Gate 2"),
      ...words("tt:DateFormat").map((format) => timed("Date", format, "")),
      ...words("tt:TimeFormat").map((format) => timed("Time", "", format)),
      timed("DateAndTime", "dd/MM/yyyy", "hh:mm:ss tt"),
      `${timed("DateAndTime", "yyyy-MM-dd", "HH:mm:ss")}<tt:PlainText>Gate</tt:PlainText>`,
    ];
    for (const wanted of texts) {
      await client.ask(`${service}:SetOSD`, osd(service, wanted, "LowerRight"));
      const listed = only(await askFor(client, `${service}:GetOSDs`, at), `${service}:OSDs`);
      expect(
        only(listed, "tt:TextString")
          .children.map(({ name, text }) => `<tt:${name}>${text}</tt:${name}>`)
          .join(""),
      ).toBe(wanted);
    }
    for (const position of findChildren(options, "tt:PositionOption")) {
      await client.ask(`${service}:SetOSD`, osd(service, plain("x"), position.text));
      expect((await settingsOf(server.http)).overlay).toMatchObject({
        position: CORNERS[position.text as keyof typeof CORNERS],
      });
    }
    await askFor(client, `${service}:DeleteOSD`, { OSDToken: "OSD_1" });
    expect((await settingsOf(server.http)).overlay).toMatchObject({ enabled: false });
    expect((await client.ask(`${service}:GetOSDs`)).children).toEqual([]);
  });

  test(`${service}: what cannot be shown is a fault and changes nothing`, async () => {
    const modify = ["ter:InvalidArgVal", "ter:ConfigModify"];
    const noConfig = ["ter:InvalidArgVal", "ter:NoConfig"];
    await client.ask(`${service}:CreateOSD`, osd(service, plain("Stays")));
    const before = await settingsOf(server.http);
    const cases: readonly (readonly [content: string, faults: readonly string[]])[] = [
      [osd(service, plain("x"), "Custom"), modify],
      [osd(service, plain("x")).replace(">Text<", ">Image<"), modify],
      [osd(service, plain("x".repeat(129))), modify],
      [osd(service, plain("\u{1F600}")), modify],
      [osd(service, plain("")), ["ter:InvalidArgs"]],
      [osd(service, timed("Date", "%n", "")), modify],
      [osd(service, timed("Date", "", "")), ["ter:InvalidArgs"]],
      [osd(service, timed("Clock", "", "")), modify],
      [osd(service, plain("x"), "UpperLeft", "OSD_2"), noConfig],
      [osd(service, plain("x"), "UpperLeft", "OSD_1", "none"), noConfig],
      ["", ["ter:InvalidArgs"]],
    ];
    for (const [content, expected] of cases) {
      const reply = await client.call(`${service}:SetOSD`, content);
      expect(subcodes(reply), content).toEqual([...expected]);
      // media ver20 names it a fault of the receiver
      if (expected === modify) expect(reply.status).toBe(service === "trt" ? 400 : 500);
    }
    for (const [operation, name] of [
      ["DeleteOSD", "OSDToken"],
      ["GetOSDs", "ConfigurationToken"],
      ["GetOSDOptions", "ConfigurationToken"],
    ] as const) {
      const content = `<${service}:${name}>none</${service}:${name}>`;
      expect(subcodes(await client.call(`${service}:${operation}`, content))).toEqual(noConfig);
    }
    expect(await settingsOf(server.http)).toEqual(before);
    await askFor(client, `${service}:DeleteOSD`, { OSDToken: "OSD_1" });
  });
}

test("a format of the overlay that ONVIF has no name for stays while only the text changes", async () => {
  const set = async (overlay: object) => {
    const headers = { Authorization: `Basic ${btoa("admin:password")}` };
    const init = { method: "POST", headers, body: JSON.stringify({ overlay }) };
    expect((await fetch(`${server.http}/api/settings`, init)).status).toBe(200);
  };
  await set({ enabled: true, format: "%H:%M", text: "" });
  const shown = only(await askFor(client, "trt:GetOSD", { OSDToken: "OSD_1" }), "trt:OSD");
  expect(textAt(shown, "tt:TextString", "tt:Type")).toBe("DateAndTime");
  expect(tokensOf(await client.ask("tr2:GetOSDs", "<tr2:OSDToken>OSD_1</tr2:OSDToken>"), "tr2:OSDs")).toEqual([
    "OSD_1",
  ]);
  const kept = `${timed("DateAndTime", "yyyy-MM-dd", "HH:mm:ss")}<tt:PlainText>Gate</tt:PlainText>`;
  await client.ask("trt:SetOSD", osd("trt", kept));
  expect((await settingsOf(server.http)).overlay).toMatchObject({ format: "%H:%M", text: "Gate" });
  await set({ enabled: false });
});

testWith("ffmpeg")("a text is seen in the picture where it was put, until it is deleted", async () => {
  expect(isText((await boxes()).lowerRight)).toBe(false);
  await client.ask("tr2:CreateOSD", osd("tr2", plain("MMMMMMMM"), "LowerRight"));
  expect(isText((await boxes()).lowerRight)).toBe(true);
  await client.ask("tr2:SetOSD", osd("tr2", plain("WWWWWWWW"), "UpperLeft"));
  const moved = await boxes();
  expect([isText(moved.upperLeft), isText(moved.lowerRight)]).toEqual([true, false]);
  await client.ask("tr2:SetOSD", osd("tr2", timed("Time", "", "HH:mm:ss"), "LowerRight"));
  expect(isText((await boxes()).lowerRight)).toBe(true);
  await askFor(client, "tr2:DeleteOSD", { OSDToken: "OSD_1" });
  expect(isText((await boxes()).lowerRight)).toBe(false);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
