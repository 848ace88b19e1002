import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { PTZ_HOME } from "../../../../src/camera/ptz/driver.ts";
import { PtzPresets } from "../../../../src/camera/ptz/presets.ts";
import { createPtzDatabase, createTestPtz, kindOf } from "../../../support/ptz.ts";

let stored: ReturnType<typeof createPtzDatabase>;
beforeEach(() => {
  stored = createPtzDatabase();
});
afterEach(() => stored[Symbol.dispose]());

const setUp = () => createTestPtz(stored.database);

describe("presets", () => {
  const AT = { pan: 0.1, tilt: 0.2, zoom: 3 };

  test("are numbered, found by number and name, and go", () => {
    const { presets } = setUp().ptz;
    expect(presets.save("door", AT)).toEqual({ id: "1", name: "door", ...AT });
    presets.save("2", { ...AT, zoom: 5 });
    presets.save("gate", AT);
    expect(presets.get("2").name).toBe("2");
    expect(presets.get("gate").id).toBe("3");
    expect(kindOf(() => presets.save("door", AT))).toStartWith("conflict: There is a preset door already");
    presets.remove("1");
    expect(kindOf(() => presets.remove("1"))).toBe("not-found: There is no preset 1");
    expect(presets.save("yard", AT).id).toBe("1");
    expect(new PtzPresets(stored.database).list().map(({ name }) => name)).toEqual(["yard", "2", "gate"]);
  });

  test("are saved again under their ids, with other names where those are free", () => {
    const { presets } = setUp().ptz;
    presets.save("door", AT);
    presets.save("gate", AT);
    presets.replace("1", undefined, { ...AT, zoom: 7 });
    expect(presets.get("1")).toEqual({ id: "1", name: "door", ...AT, zoom: 7 });
    presets.replace("1", "yard", AT);
    expect(presets.get("yard").id).toBe("1");
    expect(kindOf(() => presets.replace("1", "gate", PTZ_HOME))).toStartWith("conflict: There is a preset gate");
    expect(kindOf(() => presets.replace("9", "x", AT))).toBe("not-found: There is no preset 9");
    expect(presets.get("1")).toEqual({ id: "1", name: "yard", ...AT });
  });

  test("home is a preset that can be saved again and again, and is straight ahead without one", () => {
    const { ptz } = setUp();
    ptz.place({ zoom: 5 });
    ptz.goto("home");
    expect(ptz.position).toEqual(PTZ_HOME);
    ptz.presets.save("home", AT);
    ptz.presets.save("home", { ...AT, pan: -1 });
    ptz.home();
    expect(ptz.position).toEqual({ ...AT, pan: -1 });
    expect(ptz.presets.list()).toHaveLength(1);
    ptz.presets.remove("home");
    ptz.home();
    expect(ptz.position).toEqual(PTZ_HOME);
  });

  test("are at most 128 beside home", () => {
    const { presets } = setUp().ptz;
    presets.save("home", AT);
    for (let index = 1; index <= 128; index++) presets.save(`place ${index}`, AT);
    expect(kindOf(() => presets.save("one more", AT))).toBe(
      "conflict: There are 128 presets already; remove one first",
    );
  });
});
