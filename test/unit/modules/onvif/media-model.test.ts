import { beforeEach, expect, test } from "bun:test";
import type { MediaChange } from "../../../../src/modules/onvif/media/media-changes.ts";
import { createMediaModel } from "../../../../src/modules/onvif/media/media-model.ts";
import { SoapFault } from "../../../../src/soap/fault.ts";
import { OnvifMediaTable } from "../../../../src/storage/onvif-media-table.ts";
import { memoryDatabase } from "../../../support/memory-database.ts";

const WHOLE = { VideoSource: "VideoSourceConfig_1", VideoEncoder: "VideoEncoderConfig_2" };

let table: OnvifMediaTable;
let tokens = 0;
const open = () => createMediaModel(table, () => `new_${++tokens}`);
beforeEach(() => {
  table = new OnvifMediaTable(memoryDatabase());
  tokens = 0;
});

function faultOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof SoapFault) return error.subcodes;
    throw error;
  }
  return [];
}

test("profiles and their order are there again", () => {
  const { profiles } = open();
  const [empty, whole] = [profiles.create("empty", undefined, {}), profiles.create("whole", "w-1", WHOLE)];
  profiles.change("profile_1", { remove: ["PTZ"], name: "Front" });
  profiles.setMulticast("w-1", true);
  const again = open().profiles;
  expect(again.all()).toEqual(profiles.all());
  expect(again.all().map(({ token }) => token)).toEqual([
    "profile_1",
    "profile_2",
    "profile_jpeg",
    whole.token,
    empty.token,
  ]);
  expect(again.find("profile_1")).toMatchObject({ name: "Front", hasPtz: false, hasVideoSource: true, isFixed: true });
  expect(again.find("w-1")).toMatchObject({ isMulticast: true, hasMetadata: false });
  again.delete("w-1");
  expect(open().profiles.find("w-1")).toBeUndefined();
});

test("what a row of another version says of unknown configurations is left out", () => {
  table.save("profile", "old", { name: "old", isMulticast: false, configurations: { ...WHOLE, PTZ: "PTZConfig_9" } });
  table.save("profile", "profile_2", { name: "Sub", isMulticast: false, configurations: { Metadata: "none" } });
  const { profiles } = open();
  expect(profiles.find("old")?.configurations).toEqual(WHOLE);
  expect(profiles.find("profile_2")?.configurations).toEqual(WHOLE);
});

test("a profile and a configuration may have one token, and each stays what it is", () => {
  const token = "VideoEncoderConfig_1";
  const { profiles, values } = open();
  profiles.create("mine", token, WHOLE);
  values.set("VideoEncoder", token, { name: "renamed" });
  profiles.setMulticast(token, true);
  const again = open();
  expect(again.values.name(token)).toBe("renamed");
  expect(again.profiles.find(token)).toMatchObject({ name: "mine", configurations: WHOLE, isMulticast: true });
  again.profiles.delete(token);
  expect(open().profiles.find(token)).toBeUndefined();
  expect(open().values.name(token)).toBe("renamed");
});

test("rows that cannot be read are as good as none", () => {
  for (const row of [null, 7, "x", [], {}, { name: "x" }, { name: 1, isMulticast: "yes", configurations: null }]) {
    table.save("profile", "profile_1", row);
    table.save("profile", "odd", row);
    table.save("configuration", "VideoEncoderConfig_jpeg", { stream: "other", fps: null });
    table.save("configuration", "MetadataConfig_1", { topics: 7 });
    const { profiles, values } = open();
    expect(profiles.streamOf("profile_1")).toBe("main");
    expect(profiles.find("odd")).toMatchObject({ name: "odd", configurations: {} });
    expect(values.jpeg.stream).toBe("sub");
    expect(values.metadata.topics).toBe("");
  }
});

test("fixed profiles keep their source and encoder, and nothing of a refused change stays", () => {
  const { profiles } = open();
  const before = profiles.all();
  const conflict = ["ter:Action", "ter:ConfigurationConflict"];
  expect(faultOf(() => profiles.change("profile_1", { remove: ["Metadata", "VideoSource"] }))).toEqual(conflict);
  expect(faultOf(() => profiles.change("profile_1", { add: WHOLE, name: "x" }))).toEqual(conflict);
  expect(faultOf(() => profiles.change("profile_2", { add: { PTZ: "none" } }))).toEqual([
    "ter:InvalidArgVal",
    "ter:NoConfig",
  ]);
  expect(profiles.all()).toEqual(before);
  profiles.change("profile_2", { add: WHOLE });
});

test("tokens that no URL can hold are refused", () => {
  const { profiles } = open();
  for (const token of ["", ".", "..", "a/b", "a b", "ä", "x".repeat(65), "a?b"])
    expect(
      faultOf(() => profiles.create("n", token, WHOLE)),
      token,
    ).toEqual(["ter:InvalidArgVal"]);
});

test("profiles tell what they play and how often a configuration is used", () => {
  const { profiles } = open();
  profiles.create("sub", "s", WHOLE);
  profiles.create("empty", "e", { VideoEncoder: "VideoEncoderConfig_1" });
  expect(["profile_1", "profile_jpeg", "s", "e", "none"].map((token) => profiles.streamOf(token))).toEqual([
    "main",
    "jpeg",
    "sub",
    undefined,
    undefined,
  ]);
  expect(profiles.useCount("VideoEncoderConfig_2")).toBe(2);
  expect(profiles.useCount("VideoSourceConfig_1")).toBe(4);
});

test("changes are told once each, and values that stay are not", () => {
  const { profiles, values, changes } = open();
  const told: MediaChange[] = [];
  changes.listen((change) => told.push(change));
  const { token } = profiles.create("n", undefined, WHOLE);
  values.set("Metadata", "MetadataConfig_1", { name: "Metadata", ptzStatus: false });
  values.set("Metadata", "MetadataConfig_1", { name: "Metadata", ptzStatus: false });
  values.set("VideoEncoder", "VideoEncoderConfig_1", { name: values.name("VideoEncoderConfig_1") });
  profiles.setMulticast(token, false);
  profiles.delete(token);
  expect(told).toEqual([
    { kind: "profile", token },
    { kind: "configuration", token: "MetadataConfig_1", type: "Metadata" },
    { kind: "profile", token },
  ]);
  expect(values.metadata).toMatchObject({ ptzStatus: false, ptzPosition: true, topics: "" });
  expect(open().values.metadata.ptzStatus).toBe(false);
});
