import { describeNativeError, RESULT } from "bun-ffi-v4l2";

/** Why a camera cannot be used and what to do about it, a sentence or two. `code`: -errno or a BV_ERR_* of the native library. */
export function describeSourceProblem(code: number, device: string): string {
  switch (code) {
    case RESULT.ENOENT:
    case RESULT.EIO:
    case RESULT.ENXIO:
    case RESULT.ENODEV:
      return `The camera ${device} is not connected. Plug it in; it is taken up again by itself.`;
    case RESULT.EPERM:
    case RESULT.EACCES:
      return `There is no permission to open ${device}. Add the user that runs RotorDream to the group video (sudo usermod -aG video USER) and log in again.`;
    case RESULT.EBUSY:
      return `${device} is in use by another program. Close that program or choose another camera with --source; rotordream doctor names the program.`;
    case RESULT.NO_FORMAT:
      return `${device} offers no picture format that can be read (YUYV, UYVY, NV12, NV21, I420, MJPEG, H.264). Choose another camera with --source.`;
    case RESULT.NOT_CAPTURE:
      return `${device} is no camera. Choose one with --source; rotordream doctor lists them.`;
    case RESULT.STALLED:
      return `${device} is connected but delivers no pictures. Check its cable and USB port.`;
    default:
      return `${device} cannot be used. ${describeNativeError(code)}`;
  }
}
