import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { printable } from "./controls.ts";

/** VIDEO_NUM_DEVICES of the kernel: no system has more nodes. */
const MAX_NODES = 256;
/** Of one sysfs attribute; USB strings have at most 126 characters. */
const MAX_ATTRIBUTE_CHARS = 256;
/** Of a serial number inside an id. */
const MAX_SERIAL_CHARS = 64;

/** A `/dev/videoN`; only opening it tells whether it captures. */
export interface VideoNode {
  /** The device node, such as `/dev/video0`. Changes from boot to boot. */
  readonly path: string;
  /** The same for the same camera (or the same port, for cameras without a serial number) from boot to boot; file-name characters only. */
  readonly id: string;
  /** As the driver calls it. */
  readonly name: string;
}

/** Where the system's folders are; tests have their own. */
export interface SystemFolders {
  readonly sys: string;
  readonly dev: string;
}

/**
 * All video nodes by number. An id is the name of udev's link in `/dev/v4l/by-id`, else in `/dev/v4l/by-path`; without udev it is
 * made of what sysfs knows: USB vendor, product, serial number (or port) and the node's index, else the name of the bus device.
 */
export function listVideoNodes(folders: SystemFolders = { sys: "/sys", dev: "/dev" }): VideoNode[] {
  const classFolder = join(folders.sys, "class/video4linux");
  const byId = readLinks(join(folders.dev, "v4l/by-id"));
  const byPath = readLinks(join(folders.dev, "v4l/by-path"));
  const listed = videoNames(classFolder);
  const nodes: VideoNode[] = [];
  const ids = new Set<string>();
  for (const kernelName of listed.length > 0 ? listed : videoNames(folders.dev)) {
    const folder = join(classFolder, kernelName);
    const wanted = byId.get(kernelName) ?? byPath.get(kernelName) ?? sysfsId(folder) ?? kernelName;
    // Two cameras of one kind may claim the same serial number.
    const id = ids.has(wanted) ? `${wanted}-${busDevice(folder) ?? kernelName}` : wanted;
    ids.add(id);
    nodes.push({ path: join(folders.dev, kernelName), id, name: readAttribute(folder, "name") ?? kernelName });
  }
  return nodes;
}

function videoNames(folder: string): string[] {
  return entries(folder)
    .filter((name) => /^video\d{1,3}$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .slice(0, MAX_NODES);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not there: no such class, no udev
  }
}

/** Names of links by the name of the node that each leads to; of several the first in order. */
function readLinks(folder: string): Map<string, string> {
  const links = new Map<string, string>();
  for (const name of entries(folder).sort()) {
    try {
      const node = basename(readlinkSync(join(folder, name)));
      if (!links.has(node)) links.set(node, fileName(name));
    } catch {
      // went away, or is no link
    }
  }
  return links;
}

/** `usb-046d:0825-1A2B3C-video-index0`, `usb-046d:0825-1-1.2-video-index0` or `vivid.0-video-index0`. */
function sysfsId(folder: string): string | undefined {
  const device = realPath(join(folder, "device"));
  if (device === undefined) return undefined;
  const node = `video-index${fileName(readAttribute(folder, "index") ?? "0")}`;
  const usb = dirname(device);
  const vendor = readAttribute(usb, "idVendor");
  const product = readAttribute(usb, "idProduct");
  if (vendor === undefined || product === undefined) return `${fileName(basename(device))}-${node}`;
  const serial = fileName(readAttribute(usb, "serial") ?? "").slice(0, MAX_SERIAL_CHARS);
  return `usb-${fileName(vendor)}:${fileName(product)}-${serial || fileName(basename(usb))}-${node}`;
}

/** The name of the device on its bus, such as `1-1.2:1.0` or `vivid.0`. */
function busDevice(folder: string): string | undefined {
  const device = realPath(join(folder, "device"));
  return device === undefined ? undefined : fileName(basename(device));
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // unplugged meanwhile
  }
}

function readAttribute(folder: string, name: string): string | undefined {
  try {
    return printable(readFileSync(join(folder, name), "utf8").trim()).slice(0, MAX_ATTRIBUTE_CHARS);
  } catch {
    return undefined;
  }
}

/** Devices choose their strings: only harmless characters go into ids. */
function fileName(text: string): string {
  return text.replace(/[^A-Za-z0-9.:_-]/g, "_");
}
