import { expect, test } from "bun:test";
import { flagProblems, NO_FLAGS } from "../../../src/config/flags.ts";

test.each([
  "auto",
  "test",
  "/dev/video0",
  "test,test",
  "/dev/video0,usb-Maker_Camera-video-index0",
  "test,/dev/video1",
])("--source can be %s", (source) => expect(flagProblems({ ...NO_FLAGS, source })).toEqual([]));

test.each(["", "a b", "test,", "auto,test", "/dev/video0,auto", "/dev/video0,/dev/video0", "test,test,test"])(
  "--source cannot be %p, and what can is said",
  (source) => expect(flagProblems({ ...NO_FLAGS, source })).toEqual([expect.stringContaining("two of the last three")]),
);
