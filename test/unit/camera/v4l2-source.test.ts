import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namedNode } from "../../../src/camera/v4l2-source.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  writeFileSync(join(folder, "video0"), "");
  writeFileSync(join(folder, "video1"), "");
  symlinkSync("video1", join(folder, "usb-Maker_Camera-video-index0"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("namedNode", () => {
  test.each([
    ["by its path", () => join(folder, "video1"), 1],
    ["by its stable id", () => "usb-Maker_Camera-video-index0", 1],
    ["by a link to it", () => join(folder, "usb-Maker_Camera-video-index0"), 1],
    ["not where there is none", () => join(folder, "video2"), -1],
  ])("finds a node %s", (_how, selector, expected) => {
    const node = (name: string, id: string) => ({ path: join(folder, name), id, name: "Camera" });
    const nodes = [node("video0", "other"), node("video1", "usb-Maker_Camera-video-index0")];
    expect(namedNode(nodes, selector())).toBe(nodes[expected]);
  });
});
