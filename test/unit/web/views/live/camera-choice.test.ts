import { expect, test } from "bun:test";
import { cameraChoice } from "../../../../../src/web/views/live/camera-choice.ts";

const CORNERS = ["top-left", "top-right", "bottom-left", "bottom-right"];
const schema = (mains: readonly number[], insets: readonly string[] | undefined) =>
  cameraChoice({
    "main-camera": { type: "integer", supported: true, options: [...mains] },
    "pip-mode":
      insets === undefined
        ? { type: "string", supported: false, reason: "there is no second camera" }
        : { type: "string", supported: true, options: [...insets] },
  });

test("a camera that is alone leaves no choice", () => {
  expect(schema([1], undefined)).toEqual({ mains: [], insets: [] });
  expect(cameraChoice({})).toEqual({ mains: [], insets: [] });
});

test("two cameras bring the switch and the inset as the schema allows them", () => {
  expect(schema([1, 2], ["off", ...CORNERS])).toEqual({
    mains: [1, 2],
    insets: ["off", "top-left", "top-right", "bottom-left", "bottom-right"],
  });
  expect(schema([1, 2], undefined)).toEqual({ mains: [1, 2], insets: [] });
  expect(schema([1], ["off", "top-left", "centre"])).toEqual({ mains: [], insets: ["off", "top-left"] });
});
