import { expect, test } from "bun:test";
import { DeviceNotifications } from "../../../../src/modules/onvif/events/device-notifications.ts";
import { MetadataFeed } from "../../../../src/modules/onvif/events/metadata.ts";
import type { Notification } from "../../../../src/modules/onvif/events/notification.ts";
import type { MediaChange } from "../../../../src/modules/onvif/media/media-changes.ts";
import { findPath } from "../../../../src/soap/xml-element.ts";
import { readXml } from "../../../../src/soap/xml-reader.ts";
import { type Xml, xml } from "../../../../src/soap/xml-writer.ts";
import type { DeviceEvent, EventKind } from "../../../../src/storage/event-log.ts";
import { testWithSchemas } from "../../../support/conditional-tests.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { schemaErrors } from "../../../support/onvif-client.ts";
import { eventsOf } from "../../../support/onvif-events.ts";

function device() {
  const clock = createManualClock();
  let tell: (event: DeviceEvent) => void = () => undefined;
  let isLost = true;
  let select: () => void = () => undefined;
  let changeMedia: (change: MediaChange) => void = () => undefined;
  const notifications = new DeviceNotifications({
    clock,
    events: {
      subscribe: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
    isMoving: () => false,
    isSignalLost: () => isLost,
    camera: () => "cam1",
    onCameraSelected: (listener) => {
      select = listener;
    },
    onMediaChanged: (listener) => {
      changeMedia = listener;
      return () => undefined;
    },
  });
  const heard: Notification[] = [];
  notifications.subscribe((notification) => heard.push(notification));
  const happen = (kind: EventKind, data: DeviceEvent["data"] = {}) => {
    clock.advanceMs(1000);
    tell({ id: 1, kind, timeMs: clock.wallMs(), data });
  };
  const state = (path: string) => notifications.states().find(({ topic }) => topic.path === path)?.data;
  const selectCamera = (camera: { readonly isLost: boolean }) => {
    isLost = camera.isLost;
    select();
  };
  return {
    clock,
    notifications,
    heard,
    happen,
    state,
    selectCamera,
    changeMedia: (change: MediaChange) => changeMedia(change),
  };
}

test("changes are told once, on every topic of what changed", () => {
  const { heard, happen, state } = device();
  expect(state("VideoSource/MotionAlarm")).toEqual({ State: false });
  for (const kind of ["motion-start", "motion-start", "motion-stop", "login-failed"] as const) happen(kind);
  expect(heard.map(({ topic, data }) => [topic.path.split("/")[0], Object.values(data)[0]])).toEqual([
    ["VideoSource", true],
    ["RuleEngine", true],
    ["RuleEngine", true],
    ["VideoSource", false],
    ["RuleEngine", false],
    ["RuleEngine", false],
  ]);
});

test("the camera's state is its own until an event tells of it", () => {
  const { happen, state, heard } = device();
  expect(state("VideoSource/SignalLoss")).toEqual({ State: true });
  happen("camera-online", { camera: "cam1" });
  expect(state("VideoSource/SignalLoss")).toEqual({ State: false });
  happen("camera-offline", { camera: "cam1" });
  expect(state("VideoSource/SignalLoss")).toEqual({ State: true });
  expect(heard.length).toBe(2);
});

test("of two cameras the one that is the programme has a signal or none", () => {
  const { happen, state, heard, selectCamera } = device();
  selectCamera({ isLost: false });
  happen("camera-offline", { camera: "cam2" });
  expect([heard.length, state("VideoSource/SignalLoss")]).toEqual([0, { State: false }]);
  selectCamera({ isLost: true });
  selectCamera({ isLost: true });
  selectCamera({ isLost: false });
  expect(heard.map(({ data }) => data)).toEqual([{ State: true }, { State: false }]);
});

test("storage that is too full is a state until a recording begins", () => {
  const { happen, heard } = device();
  for (const kind of ["recording-started", "storage-low", "storage-low", "recording-started"] as const) happen(kind);
  expect(heard.map(({ data }) => data)).toEqual([{ Failed: true }, { Failed: false }]);
});

test("a picture that is too dark is a state of its video source", () => {
  const { happen, heard } = device();
  for (const active of [true, false]) happen("tampering", { camera: "cam1", cause: "image-too-dark", active });
  expect(heard.map(({ topic, data }) => [topic.path, data.State])).toEqual([
    ["VideoSource/ImageTooDark/ImagingService", true],
    ["VideoSource/ImageTooDark/ImagingService", false],
  ]);
});

test("changes of the media configuration are told as moments", () => {
  const { heard, changeMedia } = device();
  changeMedia({ kind: "profile", token: "profile_1" });
  changeMedia({ kind: "configuration", token: "a", type: "VideoEncoder" });
  expect(heard.map(({ topic, data, operation }) => [topic.path, data, operation])).toEqual([
    ["Media/ProfileChanged", { Token: "profile_1" }, undefined],
    ["Media/ConfigurationChanged", { Token: "a", Type: "VideoEncoder" }, undefined],
  ]);
});

/** Of all feeds. */
const documents: string[] = [];

function feedOf(
  { notifications, clock }: Pick<ReturnType<typeof device>, "notifications" | "clock">,
  { topics = "", status = () => [] }: { readonly topics?: string | null; readonly status?: () => readonly Xml[] } = {},
) {
  const published: { document: string; timeUs: number }[] = [];
  let tell: () => void = () => undefined;
  const feed = new MetadataFeed({
    notifications,
    clock,
    sink: {
      publish: (document, timeUs) => {
        documents.push(document);
        published.push({ document, timeUs });
      },
    },
    topics: () => topics,
    ptz: {
      describe: status,
      onChanged: (listener) => {
        tell = listener;
        return () => {
          tell = () => undefined;
        };
      },
    },
  });
  return { feed, published, move: () => tell() };
}

test("every notification is a metadata document of its own, the states are one", () => {
  const { notifications, clock, happen } = device();
  const { feed, published } = feedOf({ notifications, clock });
  happen("camera-online", { camera: "cam1" });
  feed.synchronize();
  feed.stop();
  happen("camera-offline", { camera: "cam1" });
  const events = published.map(({ document }) => {
    const event = findPath(readXml(document), "tt:Event");
    return event === undefined ? [] : eventsOf(event);
  });
  expect(events.map(({ length }) => length)).toEqual([1, notifications.states().length]);
  expect(events[0]?.[0]).toMatchObject({ topic: "tns1:VideoSource/SignalLoss", operation: "Changed" });
  expect(published[0]?.timeUs).toBe(1_000_000);
});

test("the PTZ status is told when it changes, and at a synchronisation point", () => {
  let isMoving = "IDLE";
  const status = () => [xml("tt:MoveStatus", xml("tt:PanTilt", isMoving), xml("tt:Zoom", "IDLE"))];
  const { feed, published, move } = feedOf(device(), { topics: null, status });
  move();
  move();
  isMoving = "MOVING";
  move();
  feed.synchronize();
  feed.stop();
  isMoving = "IDLE";
  move();
  const told = published.map(({ document }) => readXml(document).children.map(({ name }) => name));
  expect(told).toEqual([["PTZ"], ["PTZ"], ["PTZ"]]);
  const states = published.map(
    ({ document }) => findPath(readXml(document), "tt:PTZ", "tt:PTZStatus", "tt:MoveStatus", "tt:PanTilt")?.text,
  );
  expect(states).toEqual(["IDLE", "MOVING", "MOVING"]);
});

test("only the events that were chosen are told, and none where there is nothing to tell", () => {
  const source = device();
  const only = feedOf(source, { topics: "tns1:Device//." });
  const none = feedOf(source, { topics: null });
  const unreadable = feedOf(source, { topics: "a b" });
  for (const kind of ["storage-low", "motion-start"] as const) source.happen(kind);
  for (const { feed } of [none, unreadable]) feed.synchronize();
  expect([only, none, unreadable].map(({ published }) => published.length)).toEqual([1, 0, 0]);
});

testWithSchemas("every document passes ONVIF's schemas", () => {
  expect(schemaErrors(documents)).toEqual([]);
});
