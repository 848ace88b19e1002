import { Device, fourccText, type Library, listVideoNodes, NativeError, type VideoNode } from "bun-ffi-v4l2";
import type { Json } from "../core/json.ts";

/** Every video node with its modes and controls, as V4L2 tells them; disturbs no capture that runs. Lets others run between nodes. */
export async function videoDevices(library: Library): Promise<Json> {
  const devices: Json[] = [];
  for (const node of listVideoNodes()) {
    devices.push(describeNode(library, node));
    await Bun.sleep(0);
  }
  return devices;
}

function describeNode(library: Library, { path, id, name }: VideoNode): Json {
  let device: Device | undefined;
  try {
    device = Device.open(library, path);
    const { driver, card, bus } = device.identify();
    const modes = device.modes().map(({ fourcc, ...mode }) => ({ format: fourccText(fourcc), ...mode }));
    return { path, id, name, driver, card, bus, modes, controls: device.controls().map((control) => ({ ...control })) };
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    return { path, id, name, problem: error.message };
  } finally {
    device?.close();
  }
}
