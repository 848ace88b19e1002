import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listVideoNodes } from "../../native/ts/video-nodes.ts";

describe("listVideoNodes", () => {
  let root: string;
  const folders = () => ({ sys: join(root, "sys"), dev: join(root, "dev") });
  const ids = () => listVideoNodes(folders()).map(({ id }) => id);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "v4l2-nodes-"));
    mkdirSync(join(root, "sys/class/video4linux"), { recursive: true });
    mkdirSync(join(root, "dev"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function addNode(node: string, device: string, index: number, name = "Camera"): void {
    const folder = join(root, "sys/devices", device, "video4linux", node);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "name"), `${name}\n`);
    writeFileSync(join(folder, "index"), `${index}\n`);
    symlinkSync(join(root, "sys/devices", device), join(folder, "device"));
    symlinkSync(folder, join(root, "sys/class/video4linux", node));
  }

  function addUsb(port: string, attributes: Readonly<Record<string, string>>): void {
    mkdirSync(join(root, "sys/devices", port), { recursive: true });
    for (const [name, value] of Object.entries(attributes))
      writeFileSync(join(root, "sys/devices", port, name), `${value}\n`);
  }

  function link(kind: string, name: string, node: string): void {
    mkdirSync(join(root, "dev/v4l", kind), { recursive: true });
    symlinkSync(`../../${node}`, join(root, "dev/v4l", kind, name));
  }

  test("is empty where there are no cameras", () => {
    expect(listVideoNodes(folders())).toEqual([]);
    rmSync(join(root, "sys"), { recursive: true });
    expect(listVideoNodes(folders())).toEqual([]);
  });

  test("orders by number and leaves other nodes of video4linux out", () => {
    for (const [index, node] of ["video10", "video2", "v4l-subdev0", "vbi0", "video0"].entries())
      addNode(node, `platform/part.${index}`, 0, node);
    const dev = join(root, "dev");
    expect(listVideoNodes(folders()).map(({ path, name }) => [path, name])).toEqual([
      [join(dev, "video0"), "video0"],
      [join(dev, "video2"), "video2"],
      [join(dev, "video10"), "video10"],
    ]);
  });

  test("prefers udev's id, then its path, then what sysfs tells", () => {
    for (const index of [0, 1, 2]) addNode(`video${index}`, `platform/part.${index}`, index);
    link("by-id", "usb-Maker_Camera_1A2B-video-index0", "video0");
    link("by-path", "pci-0000:00:14.0-usb-0:1:1.0-video-index0", "video0");
    link("by-path", "pci-0000:00:14.0-usb-0:2:1.0-video-index0", "video1");
    expect(ids()).toEqual([
      "usb-Maker_Camera_1A2B-video-index0",
      "pci-0000:00:14.0-usb-0:2:1.0-video-index0",
      "part.2-video-index2",
    ]);
  });

  test("tells USB cameras by serial number, else by port", () => {
    addUsb("usb1/1-1", { idVendor: "046d", idProduct: "0825", serial: "1A2B" });
    addUsb("usb1/1-1.2", { idVendor: "046d", idProduct: "0825" });
    addNode("video0", "usb1/1-1/1-1:1.0", 0);
    addNode("video1", "usb1/1-1/1-1:1.0", 1);
    addNode("video2", "usb1/1-1.2/1-1.2:1.0", 0);
    expect(ids()).toEqual([
      "usb-046d:0825-1A2B-video-index0",
      "usb-046d:0825-1A2B-video-index1",
      "usb-046d:0825-1-1.2-video-index0",
    ]);
  });

  test("keeps cameras with the same serial number apart", () => {
    for (const port of ["1-1", "1-2"]) addUsb(`usb1/${port}`, { idVendor: "0001", idProduct: "0002", serial: "0" });
    addNode("video0", "usb1/1-1/1-1:1.0", 0);
    addNode("video2", "usb1/1-2/1-2:1.0", 0);
    expect(ids()).toEqual(["usb-0001:0002-0-video-index0", "usb-0001:0002-0-video-index0-1-2:1.0"]);
  });

  test("lets no string of a device steer paths or terminals", () => {
    addUsb("usb1/1-1", { idVendor: "../..", idProduct: "0002", serial: `/etc/\u001b[2J${"x".repeat(500)}` });
    addNode("video0", "usb1/1-1/1-1:1.0", 0, `\u001b]0;owned\u0007${"y".repeat(500)}`);
    const [node] = listVideoNodes(folders());
    expect(node?.id).toMatch(/^usb-\.\._\.\.:0002-_etc_[A-Za-z0-9._?-]{1,60}-video-index0$/);
    expect(node?.name).toMatch(/^\?\]0;owned\?y+$/);
    expect(node?.name.length).toBeLessThanOrEqual(256);
  });

  test("finds nodes in /dev where sysfs has no such class", () => {
    rmSync(join(root, "sys"), { recursive: true });
    writeFileSync(join(root, "dev/video3"), "");
    expect(listVideoNodes(folders())).toEqual([{ path: join(root, "dev/video3"), id: "video3", name: "video3" }]);
  });
});
