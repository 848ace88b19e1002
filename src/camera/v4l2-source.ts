import { existsSync, realpathSync } from "node:fs";
import { Device, type Library, listVideoNodes, NativeError, RESULT, type VideoNode } from "bun-ffi-v4l2";
import { AppError } from "../core/errors.ts";
import { describeSourceProblem } from "./source-problem.ts";
import type { LocatedSource, VideoSource } from "./video-source.ts";

/** Nodes that capture what a program hands to them: the image processors of the Raspberry Pi. */
const PROCESSORS: readonly string[] = ["bcm2835-isp", "pispbe"];

/** Stable ids of the cameras that sources have, so that none takes the node of another. */
export type TakenIds = Set<string>;

/** A camera on this machine, found again after it was unplugged: by its stable id, whatever node it gets. `selector`: a device node, a link to one, or a stable id. */
export function createV4l2Source(
  library: Library,
  selector: string,
  id: string | undefined,
  taken: TakenIds = new Set(),
): VideoSource {
  let stableId = id;
  if (id !== undefined) taken.add(id);
  return {
    get id() {
      return stableId ?? selector;
    },
    substitute: false,
    hasScene: false,
    hasBetter: () => false,
    absence() {
      try {
        findNode(selector, stableId, taken);
        return undefined;
      } catch (error) {
        if (error instanceof AppError) return error.message;
        throw error;
      }
    },
    locate() {
      const node = findNode(selector, stableId, taken);
      const located = inspect(library, node);
      if (stableId !== undefined) taken.delete(stableId);
      stableId = node.id;
      taken.add(stableId);
      return located;
    },
  };
}

/** The node of the first camera of this machine that can be read and no source has, on another place of the bus than `besides`; undefined when there is none. `onUnusable` hears of those that cannot. */
export function findFirstCamera(
  library: Library,
  onUnusable: (problem: string) => void,
  taken: TakenIds,
  besides?: Pick<LocatedSource, "bus">,
): VideoNode | undefined {
  for (const node of listVideoNodes()) {
    if (taken.has(node.id)) continue;
    try {
      const { driver, modes, bus } = inspect(library, node);
      // one device may have several nodes
      if (bus === besides?.bus || PROCESSORS.includes(driver)) continue;
      if (modes.some((mode) => mode.readable)) return node;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // metadata nodes and encoders are no cameras and no problem
      if (error.detail.errorCode !== "NOT_A_CAMERA") onUnusable(error.message);
    }
  }
  return undefined;
}

function findNode(selector: string, stableId: string | undefined, taken: TakenIds): VideoNode {
  const nodes = listVideoNodes();
  const own = nodes.find(({ id }) => id === stableId);
  const free = nodes.filter(({ id }) => !taken.has(id));
  const node = own ?? namedNode(free, selector);
  if (node !== undefined) return node;
  const result = existsSync(selector) ? RESULT.NOT_CAPTURE : RESULT.ENODEV;
  throw new AppError("unavailable", describeSourceProblem(result, selector));
}

/** The node that `selector` names: by its stable id, its path, or a link to it such as `/dev/v4l/by-id/…`. */
export function namedNode(nodes: readonly VideoNode[], selector: string): VideoNode | undefined {
  const path = realPath(selector);
  return nodes.find(({ id }) => id === selector) ?? nodes.find((node) => node.path === path);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function inspect(library: Library, node: VideoNode): LocatedSource {
  const device = openDevice(library, node);
  try {
    const { driver, card, bus } = device.identify();
    return {
      device: node.path,
      driver,
      model: card,
      bus,
      modes: device.modes(),
      openControls: () => Device.open(library, node.path),
      configFor: (wanted) => ({ kind: "v4l2", path: node.path, ...wanted }),
    };
  } catch (error) {
    throw problemOf(error, node);
  } finally {
    device.close();
  }
}

function openDevice(library: Library, node: VideoNode): Device {
  try {
    return Device.open(library, node.path);
  } catch (error) {
    throw problemOf(error, node);
  }
}

function problemOf(error: unknown, node: VideoNode): unknown {
  if (!(error instanceof NativeError)) return error;
  const errorCode = error.result === RESULT.NOT_CAPTURE ? "NOT_A_CAMERA" : "CAMERA_UNAVAILABLE";
  return new AppError("unavailable", describeSourceProblem(error.result, node.path), { errorCode });
}
