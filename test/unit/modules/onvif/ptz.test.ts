import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PTZ_HOME, type PtzDriver } from "../../../../src/camera/ptz/driver.ts";
import { createUnusableDriver } from "../../../../src/camera/ptz/unusable-driver.ts";
import { createMediaModel } from "../../../../src/modules/onvif/media/media-model.ts";
import type { MediaProfile } from "../../../../src/modules/onvif/profiles.ts";
import { PtzConfiguration } from "../../../../src/modules/onvif/ptz/configuration.ts";
import { createOnvifPtzService } from "../../../../src/modules/onvif/ptz/service.ts";
import { describeStatus } from "../../../../src/modules/onvif/ptz/status.ts";
import type { QualifiedName } from "../../../../src/soap/namespaces.ts";
import { findChildren, findPath, type XmlElement } from "../../../../src/soap/xml-element.ts";
import { OnvifMediaTable } from "../../../../src/storage/onvif-media-table.ts";
import { openOnvifValue } from "../../../../src/storage/onvif-values.ts";
import { callOperation } from "../../../support/onvif-operation.ts";
import { createPtzDatabase, createTestPtz } from "../../../support/ptz.ts";

const PROFILE = "<tptz:ProfileToken>profile_1</tptz:ProfileToken>";
const PAN_TILT = "http://www.onvif.org/ver10/tptz/PanTiltSpaces/";

let stored: ReturnType<typeof createPtzDatabase>;
beforeEach(() => {
  stored = createPtzDatabase();
});
afterEach(() => stored[Symbol.dispose]());

function setUp(makeDriver?: () => PtzDriver, bare?: MediaProfile) {
  const moving = createTestPtz(stored.database, makeDriver);
  const { profiles: kept, changes: told } = createMediaModel(new OnvifMediaTable(stored.database), () => "profile_new");
  const profiles = {
    all: () => kept.all(),
    find: (token: string) => (token === bare?.token ? bare : kept.find(token)),
  };
  const configuration = new PtzConfiguration(moving.ptz, profiles, openOnvifValue(stored.database, "ptz"), told);
  const service = createOnvifPtzService({ ptz: moving.ptz, configuration, profiles, clock: moving.clock });
  const call = (name: string, content = PROFILE) => callOperation(service, `tptz:${name}` as QualifiedName, content);
  return { ...moving, configuration, call, told };
}

/** A motor with speeds for pan and places for zoom. */
function motor(): PtzDriver & { readonly runs: unknown[] } {
  const runs: unknown[] = [];
  return {
    ...createUnusableDriver(""),
    problem: undefined,
    placeable: new Set(["zoom"]),
    running: new Set(["pan"]),
    run: (speed) => void runs.push(speed),
    runs,
  };
}

const spaces = (answer: XmlElement | string, ...path: QualifiedName[]) =>
  typeof answer === "string" ? [] : (findPath(answer, ...path)?.children ?? []).map(({ name }) => name);

test("a motor's node has the spaces that the motor has", async () => {
  const driver = motor();
  const { call } = setUp(() => driver);
  const node = await call("GetNode", "<tptz:NodeToken>PTZNode_1</tptz:NodeToken>");
  expect(spaces(node, "tptz:PTZNode", "tt:SupportedPTZSpaces")).toEqual([
    "AbsoluteZoomPositionSpace",
    "RelativeZoomTranslationSpace",
    "ContinuousPanTiltVelocitySpace",
    "ContinuousZoomVelocitySpace",
  ]);
  const velocity = '<tptz:Velocity><tt:PanTilt x="0.5" y="0"/></tptz:Velocity>';
  expect(await call("ContinuousMove", PROFILE + velocity)).toBeObject();
  expect(driver.runs).toEqual([{ pan: 0.5, tilt: 0, zoom: 0 }]);
  const position = '<tptz:Position><tt:PanTilt x="0.5" y="0"/></tptz:Position>';
  expect(await call("AbsoluteMove", PROFILE + position)).toBe("ter:InvalidArgVal ter:SpaceNotSupported");
  const tilt = '<tptz:Velocity><tt:PanTilt x="0" y="0.5"/></tptz:Velocity>';
  expect(await call("ContinuousMove", PROFILE + tilt)).toBe("ter:InvalidArgVal ter:InvalidVelocity");
});

test("a camera without a usable driver has no spaces and no status", async () => {
  const { call } = setUp(() => createUnusableDriver("the camera is not connected"));
  expect(spaces(await call("GetNodes"), "tptz:PTZNode", "tt:SupportedPTZSpaces")).toEqual([]);
  expect(await call("GetStatus")).toBe("ter:Action ter:NoStatus");
  const velocity = '<tptz:Velocity><tt:Zoom x="1"/></tptz:Velocity>';
  expect(await call("ContinuousMove", PROFILE + velocity)).toBe("ter:InvalidArgVal ter:SpaceNotSupported");
});

test("everything that moves or keeps needs a profile with the PTZ configuration", async () => {
  const bare = { token: "bare", name: "", hasVideoSource: true, hasPtz: false, hasMetadata: false };
  const { call } = setUp(undefined, bare);
  const operations = ["AbsoluteMove", "RelativeMove", "ContinuousMove", "Stop", "GetStatus", "GetPresets", "SetPreset"];
  operations.push("GotoPreset", "RemovePreset", "GotoHomePosition", "SetHomePosition");
  for (const name of operations) {
    const faults = await Promise.all(
      ["bare", "none"].map((token) => call(name, `<tptz:ProfileToken>${token}</tptz:ProfileToken>`)),
    );
    expect([name, ...faults]).toEqual([name, "ter:InvalidArgVal ter:NoPTZProfile", "ter:InvalidArgVal ter:NoProfile"]);
    expect(await call(name, "")).toBe("ter:InvalidArgs");
  }
});

describe("moves", () => {
  test("to a place go at the speed given, straight, and are there in time", async () => {
    const { ptz, call, advanceMs } = setUp();
    const move =
      '<tptz:Position><tt:PanTilt x="1" y="-0.5"/></tptz:Position><tptz:Speed><tt:PanTilt x="0.5" y="0.5"/></tptz:Speed>';
    await call("AbsoluteMove", PROFILE + move);
    expect(ptz.moving).toEqual({ panTilt: true, zoom: false });
    advanceMs(1000);
    expect(ptz.position.pan).toBeCloseTo(0.5, 3);
    expect(ptz.position.tilt).toBeCloseTo(-0.25, 3);
    advanceMs(1000);
    expect([ptz.position, ptz.moving.panTilt]).toEqual([{ pan: 1, tilt: -0.5, zoom: 1 }, false]);
  });

  test("of one part leave the other as it is, each with an end of its own", async () => {
    const { ptz, call, advanceMs } = setUp();
    const velocity = (part: string, timeout: string) =>
      `${PROFILE}<tptz:Velocity>${part}</tptz:Velocity><tptz:Timeout>${timeout}</tptz:Timeout>`;
    await call("ContinuousMove", velocity('<tt:PanTilt x="0.1" y="0"/>', "PT1S"));
    advanceMs(400);
    await call("ContinuousMove", velocity('<tt:Zoom x="0.2"/>', "PT2S"));
    expect(ptz.moving).toEqual({ panTilt: true, zoom: true });
    advanceMs(600);
    expect(ptz.moving).toEqual({ panTilt: false, zoom: true });
    await call("ContinuousMove", velocity('<tt:PanTilt x="0.1" y="0"/>', "PT1S"));
    await call("Stop", `${PROFILE}<tptz:PanTilt>false</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>`);
    expect(ptz.moving).toEqual({ panTilt: true, zoom: false });
    await call("Stop");
    expect(ptz.moving).toEqual({ panTilt: false, zoom: false });
  });

  test("end after the configuration's time-out where none is given", async () => {
    const { ptz, call, advanceMs } = setUp();
    await call("ContinuousMove", `${PROFILE}<tptz:Velocity><tt:PanTilt x="0.01" y="0"/></tptz:Velocity>`);
    advanceMs(9999);
    expect(ptz.moving.panTilt).toBe(true);
    advanceMs(1);
    expect(ptz.moving.panTilt).toBe(false);
  });

  test("relative to the field of view bring the border to the centre", async () => {
    const { ptz, call, advanceMs } = setUp();
    ptz.place({ zoom: 3 });
    const fov = `<tptz:Translation><tt:PanTilt x="1" y="-1" space="${PAN_TILT}TranslationSpaceFov"/></tptz:Translation>`;
    await call("RelativeMove", PROFILE + fov);
    advanceMs(2000);
    expect(ptz.position).toEqual({ pan: 0.5, tilt: -0.5, zoom: 3 });
    await call("RelativeMove", `${PROFILE}<tptz:Translation><tt:Zoom x="1"/></tptz:Translation>`);
    advanceMs(3000);
    expect(ptz.position.zoom).toBe(10);
  });
});

test("a preset cannot be set while the camera moves, and there are so many", async () => {
  const { ptz, call } = setUp();
  ptz.move({ zoom: 1 }, "one");
  expect(await call("SetPreset")).toBe("ter:Action ter:MovingPTZ");
  ptz.stop();
  for (let number = 1; number <= 128; number++) ptz.presets.save(`p${number}`, PTZ_HOME);
  expect(await call("SetPreset")).toBe("ter:Action ter:TooManyPresets");
  await call("SetHomePosition");
  const presets = await call("GetPresets");
  expect(typeof presets === "string" ? [] : findChildren(presets, "tptz:Preset")).toHaveLength(128);
});

describe("the configuration", () => {
  const change = (members: string, token = "PTZConfig_1") =>
    `<tptz:PTZConfiguration token="${token}"><tt:Name>Mast</tt:Name><tt:UseCount>1</tt:UseCount><tt:NodeToken>PTZNode_1</tt:NodeToken>${members}</tptz:PTZConfiguration><tptz:ForcePersistence>true</tptz:ForcePersistence>`;
  const SPEED = '<tt:DefaultPTZSpeed><tt:PanTilt x="0.5" y="0.5"/><tt:Zoom x="0.25"/></tt:DefaultPTZSpeed>';
  const TIMEOUT = "<tt:DefaultPTZTimeout>PT2S</tt:DefaultPTZTimeout>";

  test("is kept over a restart", async () => {
    const { call } = setUp();
    const fov = `<tt:DefaultRelativePanTiltTranslationSpace>${PAN_TILT}TranslationSpaceFov</tt:DefaultRelativePanTiltTranslationSpace>`;
    expect(await call("SetConfiguration", change(fov + SPEED + TIMEOUT))).toBeObject();
    const { configuration } = setUp();
    expect([configuration.speed, configuration.timeoutMs]).toEqual([{ panTilt: 0.5, zoom: 0.25 }, 2000]);
    expect(configuration.relativeSpace).toEndWith("TranslationSpaceFov");
    expect(configuration.describe("tt:PTZConfiguration").text).toContain("<tt:Name>Mast</tt:Name>");
  });

  test.each([
    [change("", "other"), "ter:NoConfig"],
    [change(SPEED.replace("0.25", "2")), "ter:ConfigModify"],
    [change(SPEED.replace("0.25", "NaN")), "ter:ConfigModify"],
    [change(TIMEOUT.replace("PT2S", "PT11S")), "ter:ConfigModify"],
    [change(TIMEOUT.replace("PT2S", "")), "ter:ConfigModify"],
    [change("").replace("PTZNode_1", "other"), "ter:ConfigModify"],
    [change("").replace("Mast", "x".repeat(65)), "ter:ConfigModify"],
    [change("<tt:ZoomLimits><tt:Range/></tt:ZoomLimits>"), "ter:ConfigModify"],
    [change("<tt:DefaultAbsoluteZoomPositionSpace>urn:x</tt:DefaultAbsoluteZoomPositionSpace>"), "ter:ConfigModify"],
  ])("is not changed by %s", async (content, fault) => {
    const { call, configuration } = setUp();
    const before = configuration.describe("tt:PTZConfiguration").text;
    expect(await call("SetConfiguration", content)).toBe(`ter:InvalidArgVal ${fault}`);
    expect(configuration.describe("tt:PTZConfiguration").text).toBe(before);
  });
});

test("a change of the configuration is told once, what stays is not", async () => {
  const { call, told, configuration } = setUp();
  const changes: unknown[] = [];
  told.listen((change) => changes.push(change));
  const set = (timeout: string) =>
    call(
      "SetConfiguration",
      `<tptz:PTZConfiguration token="PTZConfig_1"><tt:NodeToken>PTZNode_1</tt:NodeToken><tt:DefaultPTZTimeout>${timeout}</tt:DefaultPTZTimeout></tptz:PTZConfiguration>`,
    );
  for (const timeout of ["PT10S", "PT2S", "PT2S", "PT1H"]) await set(timeout);
  expect(configuration.timeoutMs).toBe(2000);
  expect(changes).toEqual([{ kind: "configuration", token: "PTZConfig_1", type: "PTZ" }]);
});

test("what tells its status tells only what is wanted and known", () => {
  const both = { position: true, moveStatus: true };
  const names = ({ ptz }: ReturnType<typeof setUp>, wanted = both) =>
    describeStatus(ptz, wanted).map(({ text }) => /^<tt:(\w+)/.exec(text)?.[1]);
  const digital = setUp();
  expect(names(digital)).toEqual(["Position", "MoveStatus"]);
  expect(names(digital, { position: true, moveStatus: false })).toEqual(["Position"]);
  expect(names(digital, { position: false, moveStatus: true })).toEqual(["MoveStatus"]);
  expect(names(setUp(() => createUnusableDriver("gone")))).toEqual([]);
  const { configuration } = setUp(motor);
  expect([configuration.hasPosition("panTilt"), configuration.hasPosition("zoom")]).toEqual([false, true]);
});
