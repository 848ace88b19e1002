import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { userInfo } from "node:os";
import { Device, fourccText, Library, listVideoNodes, NativeError, type VideoNode } from "bun-ffi-v4l2";
import type { CameraFacts, NodeFacts } from "./cameras.ts";

/** _IOR('V', 0, struct v4l2_capability). */
const VIDIOC_QUERYCAP = 0x80685600n;
const CAPABILITY_BYTES = 104;
const DEVICE_CAPS_AT = 88;
/** V4L2_CAP_VIDEO_M2M and V4L2_CAP_VIDEO_M2M_MPLANE. */
const M2M = 0x8000 | 0x4000;
const USB_CLASS_VIDEO = "0e";
const EACCES = -13;
const EPERM = -1;
const NOT_CAPTURE = -1001;

/** Opens every video node for a moment; disturbs no capture that runs. */
export function probeCameras(source: string): CameraFacts {
  const library = Library.open();
  const user = userInfo();
  return {
    nodes: listVideoNodes().map((node) => probeNode(library, node)),
    source,
    user: user.username,
    inVideoGroup: user.uid === 0 || (process.getgroups?.() ?? []).includes(groupId("video") ?? -1),
    driverless: driverlessCameras(),
  };
}

function probeNode(library: Library, node: VideoNode): NodeFacts {
  const { path, id, name } = node;
  const facts = { path, id, name, modes: [], holders: [] };
  let device: Device | undefined;
  try {
    device = Device.open(library, path);
    const { driver } = device.identify();
    const modes = device.modes().map((mode) => ({ ...mode, format: fourccText(mode.fourcc) }));
    return { path, id, name, kind: "camera", driver, modes, holders: holdersOf(path) };
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (error.result === EACCES || error.result === EPERM) return { ...facts, kind: "denied" };
    if (error.result === NOT_CAPTURE) return { ...facts, kind: isMemoryToMemory(path) ? "encoder" : "other" };
    return { ...facts, kind: "failed", reason: error.message };
  } finally {
    device?.close();
  }
}

/** Codecs and scalers: pictures in, pictures out. */
function isMemoryToMemory(path: string): boolean {
  const libc = dlopen("libc.so.6", { ioctl: { args: ["i32", "u64", "ptr"], returns: "i32" } });
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch {
    return false; // gone, or denied meanwhile
  }
  const capability = new Uint8Array(CAPABILITY_BYTES);
  const result = libc.symbols.ioctl(fd, VIDIOC_QUERYCAP, capability);
  closeSync(fd);
  return result === 0 && (new DataView(capability.buffer).getUint32(DEVICE_CAPS_AT, true) & M2M) !== 0;
}

/** Who has a node open, as far as /proc lets us see. */
function holdersOf(path: string): readonly string[] {
  return names("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => names(`/proc/${pid}/fd`).some((fd) => read(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === path))
    .map(
      (pid) => `${read(() => readFileSync(`/proc/${pid}/comm`, "utf8"))?.replace(/[^\x20-\x7e]/g, "")} (pid ${pid})`,
    );
}

function driverlessCameras(): readonly string[] {
  const usb = "/sys/bus/usb/devices";
  const idle = names(usb).filter(
    (name) =>
      read(() => readFileSync(`${usb}/${name}/bInterfaceClass`, "utf8"))?.trim() === USB_CLASS_VIDEO &&
      read(() => readlinkSync(`${usb}/${name}/driver`)) === undefined,
  );
  const devices = new Set(idle.map((name) => name.split(":", 1)[0] ?? name));
  return [...devices].map((device) =>
    (read(() => readFileSync(`${usb}/${device}/product`, "utf8"))?.trim() ?? `USB device ${device}`).replace(
      /\p{Cc}/gu,
      "?",
    ),
  );
}

function groupId(group: string): number | undefined {
  const row = read(() => readFileSync("/etc/group", "utf8"))
    ?.split("\n")
    .find((line) => line.startsWith(`${group}:`));
  return row === undefined ? undefined : Number(row.split(":")[2]);
}

function names(folder: string): readonly string[] {
  return read(() => readdirSync(folder)) ?? [];
}

/** Processes and devices come and go, and some are not ours to look at. */
function read<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
