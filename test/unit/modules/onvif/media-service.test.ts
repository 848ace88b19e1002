import { expect, test } from "bun:test";
import { join } from "node:path";
import { NO_WISHES, planStreams, tabulate } from "../../../../src/camera/streams/plan.ts";
import type { MediaChange } from "../../../../src/modules/onvif/media/media-changes.ts";
import { createMediaModel } from "../../../../src/modules/onvif/media/media-model.ts";
import { createMediaServices } from "../../../../src/modules/onvif/media/service.ts";
import type { OperationTable } from "../../../../src/modules/onvif/operation.ts";
import type { SettingName } from "../../../../src/settings/keys.ts";
import type { SettingsChange } from "../../../../src/settings/settings-store.ts";
import type { QualifiedName } from "../../../../src/soap/namespaces.ts";
import { xml } from "../../../../src/soap/xml-writer.ts";
import { OnvifMediaTable } from "../../../../src/storage/onvif-media-table.ts";
import { testWithShared } from "../../../support/conditional-tests.ts";
import { memoryDatabase } from "../../../support/memory-database.ts";
import { callOperation } from "../../../support/onvif-operation.ts";
import { SHARED_FOLDER } from "../../../support/shared-folder.ts";

const OPERATIONS = "onvif-schema/operations.json";

/** The services over a database in memory; `running`: the streams that are sent to their groups. */
function build(table = new OnvifMediaTable(memoryDatabase())) {
  const model = createMediaModel(table, () => "new");
  const listeners: ((change: SettingsChange) => void)[] = [];
  const running = new Set<string>();
  const synchronized: string[] = [];
  const [media, media2] = createMediaServices({
    model,
    camera: {
      plan: planStreams(tabulate([]), NO_WISHES),
      planFor: (wishes) => planStreams(tabulate([]), wishes),
    },
    settings: {
      read: () => 0,
      update: async () => new Map(),
      subscribe: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
    },
    h264Profile: () => "Baseline",
    forceKeyframe: (stream) => void synchronized.push(stream),
    multicast: {
      isOffered: true,
      endpoint: () => ({ address: "239.0.0.1", port: 5004, ttl: 1 }),
      start: (stream) => {
        if (stream === "jpeg") return undefined;
        running.add(stream);
        return () => void running.delete(stream);
      },
    },
    ports: () => ({ rtsp: 554, rtsps: 322 }),
    ptz: { describe: (name) => xml(name), hasPosition: () => true },
    synchronizeMetadata: () => void synchronized.push("metadata"),
  });
  const change = (...keys: readonly SettingName[]) => {
    for (const listener of listeners)
      listener({ values: new Map(keys.map((key) => [key, 1])), asked: keys, actor: undefined });
  };
  return { model, media, media2, change, running, synchronized };
}

test("settings that a configuration shows are told as its changes", () => {
  const { model, change } = build();
  const told: MediaChange[] = [];
  model.changes.listen((one) => told.push(one));
  const tokens = (...keys: readonly SettingName[]) => {
    told.length = 0;
    change(...keys);
    return told.map(({ token }) => token);
  };
  expect(tokens("brightness", "overlay")).toEqual([]);
  expect(tokens("bitrate", "gop")).toEqual(["VideoEncoderConfig_1"]);
  // JPEGs are made of the sub stream's pictures
  expect(tokens("stream2-fps")).toEqual(["VideoEncoderConfig_2", "VideoEncoderConfig_jpeg"]);
  for (const key of ["motion-detection", "motion-sensitivity", "motion-zones"] as const)
    expect(tokens(key)).toEqual(["AnalyticsConfig_1"]);
  expect(tokens("rotation")).toEqual([
    "VideoEncoderConfig_1",
    "VideoEncoderConfig_2",
    "VideoEncoderConfig_jpeg",
    "VideoSourceConfig_1",
  ]);
});

test("a group is sent to while any profile of its stream asks for it", async () => {
  const table = new OnvifMediaTable(memoryDatabase());
  const { model, running } = build(table);
  const { profiles } = model;
  const sub = { VideoSource: "VideoSourceConfig_1", VideoEncoder: "VideoEncoderConfig_2" };
  profiles.create("second", "second", sub);
  for (const token of ["profile_2", "second"]) profiles.setMulticast(token, true);
  expect([...running]).toEqual(["sub", "metadata"]);
  profiles.setMulticast("profile_2", false);
  expect([...running]).toEqual(["sub"]);
  expect([...build(table).running]).toEqual(["sub"]);
  profiles.change("second", { add: { Metadata: "MetadataConfig_1" } });
  expect([...running]).toEqual(["sub", "metadata"]);
  profiles.change("second", { remove: ["Metadata"] });
  expect([...running]).toEqual(["sub"]);
  profiles.change("second", { add: { VideoEncoder: "VideoEncoderConfig_1" } });
  expect([...running]).toEqual(["main"]);
  profiles.delete("second");
  expect([...running]).toEqual([]);
  profiles.setMulticast("profile_jpeg", true);
  expect([...running]).toEqual(["metadata"]);
});

test("a synchronisation point is one of all tracks of the profile", async () => {
  const { model, media, synchronized } = build();
  const set = (profile: string) =>
    callOperation(media, "trt:SetSynchronizationPoint", `<trt:ProfileToken>${profile}</trt:ProfileToken>`);
  await set("profile_2");
  await set("profile_jpeg");
  model.profiles.change("profile_1", { remove: ["Metadata"] });
  await set("profile_1");
  expect(synchronized).toEqual(["sub", "metadata", "metadata", "main"]);
});

testWithShared(OPERATIONS)("who may do what is as the specification has it", async () => {
  const all: readonly { service: string; op: string; access: string; profiles?: string }[] = await Bun.file(
    join(SHARED_FOLDER, OPERATIONS),
  ).json();
  const { media, media2 } = build();
  const ours: OperationTable = { ...media.operations, ...media2.operations };
  for (const { service, op, access, profiles = "" } of all) {
    if (service !== "trt" && service !== "tr2") continue;
    const operation = ours[`${service}:${op}` as QualifiedName];
    if (operation !== undefined) expect<string>(operation.access, `${service}:${op}`).toBe(access);
    else expect(profiles, `${service}:${op}`).not.toMatch(/[ST]/);
  }
  const known = new Set(all.map(({ service, op }) => `${service}:${op}`));
  expect(Object.keys(ours).filter((name) => !known.has(name))).toEqual([]);
});
