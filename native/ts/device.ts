import type { Pointer } from "bun:ffi";
import { type Control, type MenuItem, printable, readControls, readMenu } from "./controls.ts";
import type { Library } from "./library.ts";
import { checked } from "./native-error.ts";
import { CONTROL, DEVICE_IDENTITY, MENU_ITEM, MODE, readText } from "./structs.ts";

/** As many as the library ever lists: bounds of a hostile driver (BV_MAX_MODES, MAX_CONTROLS, MAX_MENU_INDEX + 1). */
const MAX_MODES = 8192;
const MAX_CONTROLS = 1024;
const MAX_MENU_ITEMS = 1025;
/** PATH_MAX of Linux. */
const MAX_PATH_BYTES = 4096;

const MODE_READABLE = 1;

/** Who a device says it is. */
export interface DeviceIdentity {
  readonly driver: string;
  /** The product's name. */
  readonly card: string;
  readonly bus: string;
  /** V4L2_CAP_* of this node. */
  readonly capabilities: number;
  /** Whether its capture queue is multi-planar. */
  readonly multiplanar: boolean;
}

/** A picture format at one size and rate that a device offers. */
export interface Mode {
  /** V4L2_PIX_FMT_*; `fourccText` makes it readable. */
  readonly fourcc: number;
  readonly width: number;
  readonly height: number;
  /** 0 when the driver does not say. */
  readonly fps: number;
  /** Whether a pipeline can take it. */
  readonly readable: boolean;
}

/**
 * An open V4L2 capture node: what it is and offers, and its controls. Does not disturb a running capture of the same node.
 * Calls take milliseconds at most on sane drivers. Methods throw NativeError; −19 (ENODEV) when the device is gone.
 */
export class Device {
  readonly #library: Library;
  #handle: Pointer | undefined;

  private constructor(library: Library, handle: Pointer) {
    this.#library = library;
    this.#handle = handle;
  }

  /** Throws NativeError: −2 (ENOENT), −13 (EACCES), −16 (EBUSY), −19 (ENODEV), −1001 for a node that captures no pictures; RangeError for a bad path. */
  static open(library: Library, path: string): Device {
    const text = Buffer.from(`${path}\0`);
    if (text.length > MAX_PATH_BYTES || path.includes("\0")) throw new RangeError("not a path of a device node");
    const handle = new BigUint64Array(1);
    checked(library.symbols.bv_device_open(text, handle), "bv_device_open");
    return new Device(library, Number(handle[0]) as Pointer);
  }

  identify(): DeviceIdentity {
    const at = DEVICE_IDENTITY.offset;
    const bytes = new Uint8Array(DEVICE_IDENTITY.size);
    checked(this.#library.symbols.bv_device_identify(this.#open, bytes), "bv_device_identify");
    const view = new DataView(bytes.buffer);
    return {
      driver: printable(readText(bytes, at.driver, 16)),
      card: printable(readText(bytes, at.card, 32)),
      bus: printable(readText(bytes, at.bus, 32)),
      capabilities: view.getUint32(at.capabilities, true),
      multiplanar: view.getUint32(at.multiplanar, true) === 1,
    };
  }

  /** Every format, size and rate; ranges of sizes are told by their ends and the usual sizes between them. */
  modes(): Mode[] {
    const bytes = new Uint8Array(MAX_MODES * MODE.size);
    const found = this.#library.symbols.bv_device_modes(this.#open, bytes, MAX_MODES);
    return readModes(bytes, Math.min(checked(found, "bv_device_modes"), MAX_MODES));
  }

  /** All controls that hold one number, in the driver's order, with their present values. */
  controls(): Control[] {
    const bytes = new Uint8Array(MAX_CONTROLS * CONTROL.size);
    const found = this.#library.symbols.bv_device_controls(this.#open, bytes, MAX_CONTROLS);
    return readControls(bytes, Math.min(checked(found, "bv_device_controls"), MAX_CONTROLS));
  }

  /** The choices of a menu control; menus may have holes. NativeError −1007 when it is no menu, −22 (EINVAL) when it is not there. */
  menu(controlId: number): MenuItem[] {
    const bytes = new Uint8Array(MAX_MENU_ITEMS * MENU_ITEM.size);
    const found = this.#library.symbols.bv_device_menu(this.#open, controlId, bytes, MAX_MENU_ITEMS);
    return readMenu(bytes, Math.min(checked(found, "bv_device_menu"), MAX_MENU_ITEMS));
  }

  /** NativeError −13 (EACCES) for one that cannot be read, −22 (EINVAL) for one that is not there. */
  getControl(controlId: number): number {
    const value = new BigInt64Array(1);
    checked(this.#library.symbols.bv_device_get_control(this.#open, controlId, value), "bv_device_get_control");
    return Number(value[0]);
  }

  /**
   * Sets a control and returns what the driver made of the value. NativeError −34 (ERANGE) outside its range, −13 (EACCES) when
   * it is read-only or locked; RangeError when `value` is no safe integer.
   */
  setControl(controlId: number, value: number): number {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number that a control can hold`);
    const made = BigInt64Array.of(BigInt(value));
    checked(this.#library.symbols.bv_device_set_control(this.#open, controlId, made), "bv_device_set_control");
    return Number(made[0]);
  }

  /** Twice is once. */
  close(): void {
    if (this.#handle === undefined) return;
    this.#library.symbols.bv_device_close(this.#handle);
    this.#handle = undefined;
  }

  get #open(): Pointer {
    if (this.#handle === undefined) throw new Error("the device is closed");
    return this.#handle;
  }
}

function readModes(bytes: Uint8Array, count: number): Mode[] {
  const at = MODE.offset;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, index) => {
    const u32 = (offset: number) => view.getUint32(index * MODE.size + offset, true);
    return {
      fourcc: u32(at.fourcc),
      width: u32(at.width),
      height: u32(at.height),
      fps: u32(at.fps_millihertz) / 1000,
      readable: (u32(at.flags) & MODE_READABLE) !== 0,
    };
  });
}
