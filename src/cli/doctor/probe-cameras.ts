import { dlopen } from "bun:ffi";
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { Device, fourccText, Library, listVideoNodes, NativeError, RESULT, type VideoNode } from "bun-ffi-v4l2";
import { namedNode } from "../../camera/v4l2-source.ts";
import { attempt, holdersOf } from "../../config/proc.ts";
import type { CameraFacts, NodeFacts } from "./cameras.ts";

/** _IOR('V', 0, struct v4l2_capability). */
const VIDIOC_QUERYCAP = 0x80685600n;
const CAPABILITY_BYTES = 104;
const DEVICE_CAPS_AT = 88;
/** V4L2_CAP_VIDEO_M2M and V4L2_CAP_VIDEO_M2M_MPLANE. */
const M2M = 0x8000 | 0x4000;
const USB_CLASS_VIDEO = "0e";

/** Opens every video node for a moment; disturbs no capture that runs. */
export async function probeCameras(source: string): Promise<CameraFacts> {
  const library = Library.open();
  const uid = process.getuid?.() ?? 0;
  const video = groupId("video");
  const listed = listVideoNodes();
  const nodes: NodeFacts[] = [];
  for (const node of listed) {
    nodes.push(probeNode(library, node, video));
    await Bun.sleep(0);
  }
  return {
    nodes,
    sources: source.split(",").map((name) => ({ name, asked: namedNode(listed, name)?.path })),
    user: userName(uid),
    inVideoGroup: uid === 0 || (video !== undefined && (process.getgroups?.() ?? []).includes(video)),
    driverless: driverlessCameras(),
  };
}

function probeNode(library: Library, { path, id, name }: VideoNode, video: number | undefined): NodeFacts {
  const facts = { path, id, name, opensForVideoGroup: opensFor(path, video), modes: [], holders: [] };
  let device: Device | undefined;
  try {
    device = Device.open(library, path);
    const { driver } = device.identify();
    const modes = device.modes().map((mode) => ({ ...mode, format: fourccText(mode.fourcc) }));
    const holders = holdersOf((link) => link === path).filter((holder) => !holder.endsWith(`(pid ${process.pid})`));
    return { ...facts, kind: "camera", driver, modes, holders };
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (error.result === RESULT.EACCES || error.result === RESULT.EPERM) return { ...facts, kind: "denied" };
    if (error.result === RESULT.NOT_CAPTURE) return { ...facts, kind: isMemoryToMemory(path) ? "encoder" : "other" };
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

function driverlessCameras(): readonly string[] {
  const usb = "/sys/bus/usb/devices";
  const idle = attempt(() => readdirSync(usb), []).filter(
    (name) =>
      attempt(() => readFileSync(`${usb}/${name}/bInterfaceClass`, "utf8"), "").trim() === USB_CLASS_VIDEO &&
      attempt(() => readlinkSync(`${usb}/${name}/driver`), "") === "",
  );
  const devices = new Set(idle.map((name) => name.split(":", 1)[0] ?? name));
  return [...devices].map((device) =>
    attempt(() => readFileSync(`${usb}/${device}/product`, "utf8").trim(), `USB device ${device}`).replace(
      /\p{Cc}/gu,
      "?",
    ),
  );
}

const GROUP_MAY_USE = 0o060;

function opensFor(path: string, group: number | undefined): boolean {
  const node = attempt(() => statSync(path), undefined);
  return node !== undefined && node.gid === group && (node.mode & GROUP_MAY_USE) === GROUP_MAY_USE;
}

function userName(uid: number): string {
  const row = rowsOf("/etc/passwd").find((columns) => Number(columns[2]) === uid);
  return row?.[0] ?? `user ${uid}`;
}

function groupId(group: string): number | undefined {
  const row = rowsOf("/etc/group").find((columns) => columns[0] === group);
  return row === undefined ? undefined : Number(row[2]);
}

function rowsOf(file: string): readonly (readonly string[])[] {
  return attempt(() => readFileSync(file, "utf8"), "")
    .split("\n")
    .map((line) => line.split(":"));
}
