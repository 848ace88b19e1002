import { CONTROL_ID, type Control, NativeError, RESULT } from "bun-ffi-v4l2";
import type { Binding } from "./bindings.ts";
import type { ControlDevice } from "./camera-controls.ts";

/** Items of V4L2_CID_EXPOSURE_AUTO (linux/v4l2-controls.h). */
const AUTO = 0;
const MANUAL = 1;
const SHUTTER_PRIORITY = 2;
const APERTURE_PRIORITY = 3;
/** In these the camera chooses the exposure time. */
const AUTOMATIC = [APERTURE_PRIORITY, AUTO];
/** In these it takes ours; the first leaves the iris alone as well. */
const BY_HAND = [MANUAL, SHUTTER_PRIORITY];

/** `auto-exposure` on the camera's exposure menu and, where it has one, its automatic gain; undefined where it has neither choice. */
export function bindAutoExposure(device: ControlDevice, controls: ReadonlyMap<number, Control>): Binding | undefined {
  const mode = controls.get(CONTROL_ID.exposureAuto);
  const gain = controls.get(CONTROL_ID.autoGain);
  const items = mode?.type === "menu" ? device.menu(mode.id).map(({ index }) => index) : [];
  const preferred = mode === undefined ? [] : [mode.default];
  const automatic = [...preferred.filter((item) => AUTOMATIC.includes(item)), ...AUTOMATIC].filter((item) =>
    items.includes(item),
  );
  const byHand = BY_HAND.filter((item) => items.includes(item));
  const hasMode = mode !== undefined && automatic.length > 0 && byHand.length > 0;
  if (!hasMode && gain === undefined) return undefined;
  const ids = [...(hasMode ? [mode.id] : []), ...(gain === undefined ? [] : [gain.id])];
  return {
    facts: { supported: true, initial: hasMode ? AUTOMATIC.includes(mode.default) : gain?.default === 1 },
    controlIds: ids,
    read: () =>
      hasMode ? AUTOMATIC.includes(device.getControl(mode.id)) : device.getControl(CONTROL_ID.autoGain) !== 0,
    write: (value) => {
      if (hasMode) setFirst(device, mode.id, value === true ? automatic : byHand);
      if (gain !== undefined) device.setControl(gain.id, value === true ? 1 : 0);
    },
  };
}

/** Older drivers list items that the camera then refuses. */
function setFirst(device: ControlDevice, id: number, items: readonly number[]): void {
  for (const [index, item] of items.entries()) {
    try {
      device.setControl(id, item);
      return;
    } catch (error) {
      const isRefused =
        error instanceof NativeError && (error.result === RESULT.EINVAL || error.result === RESULT.ERANGE);
      if (!isRefused || index === items.length - 1) throw error;
    }
  }
}
