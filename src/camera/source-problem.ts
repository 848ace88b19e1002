import { describeNativeError } from "bun-ffi-v4l2";

const EPERM = -1;
const ENOENT = -2;
const EIO = -5;
const ENXIO = -6;
const EACCES = -13;
const EBUSY = -16;
const ENODEV = -19;
const NO_FORMAT = -1002;
const STALLED = -1006;

/** Why a camera cannot be used and what to do about it, a sentence or two. `code`: -errno or a BV_ERR_* of the native library. */
export function describeSourceProblem(code: number, device: string): string {
  switch (code) {
    case ENOENT:
    case EIO:
    case ENXIO:
    case ENODEV:
      return `The camera ${device} is not connected. Plug it in; it is taken up again by itself.`;
    case EPERM:
    case EACCES:
      return `There is no permission to open ${device}. Add the user that runs RotorDream to the group video (sudo usermod -aG video USER) and log in again.`;
    case EBUSY:
      return `${device} is in use by another program. Close that program or choose another camera with --source; rotordream doctor names the program.`;
    case NO_FORMAT:
      return `${device} offers no picture format that can be read (YUYV, UYVY, NV12, NV21, I420, MJPEG, H.264). Choose another camera with --source.`;
    case STALLED:
      return `${device} is connected but delivers no pictures. Check its cable and USB port.`;
    default:
      return `${device} cannot be used. ${describeNativeError(code)}`;
  }
}
