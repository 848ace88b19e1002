/** Negative results of the library: its own BV_ERR_* of shim.h without that prefix, and -errno (errno.h). */
export const RESULT = {
  NOT_CAPTURE: -1001,
  NO_FORMAT: -1002,
  ENCODER: -1003,
  THREAD: -1004,
  CORRUPT: -1005,
  STALLED: -1006,
  BAD_ARGUMENT: -1007,
  EPERM: -1,
  ENOENT: -2,
  EIO: -5,
  ENXIO: -6,
  EAGAIN: -11,
  ENOMEM: -12,
  EACCES: -13,
  EBUSY: -16,
  ENODEV: -19,
  EINVAL: -22,
  EMFILE: -24,
  ENOTTY: -25,
  ENOSPC: -28,
  EPIPE: -32,
  ERANGE: -34,
  EPROTO: -71,
  EBADMSG: -74,
  EOVERFLOW: -75,
  EDESTADDRREQ: -89,
  EOPNOTSUPP: -95,
  ENOBUFS: -105,
  ETIMEDOUT: -110,
  EALREADY: -114,
} as const;

const SENTENCES: Readonly<Record<number, string>> = {
  [RESULT.NOT_CAPTURE]: "The node is no video capture device.",
  [RESULT.NO_FORMAT]: "The camera offers no pixel format that can be read.",
  [RESULT.ENCODER]: "The encoder refused its parameters.",
  [RESULT.THREAD]: "The capture thread could not be started.",
  [RESULT.CORRUPT]: "A compressed picture is damaged.",
  [RESULT.STALLED]: "The camera delivers no frames.",
  [RESULT.BAD_ARGUMENT]: "A value is out of its range.",
  [RESULT.EPERM]: "The operation is not permitted.",
  [RESULT.ENOENT]: "The device node does not exist.",
  [RESULT.EIO]: "The device failed during input or output.",
  [RESULT.ENXIO]: "The device is not there.",
  [RESULT.EAGAIN]: "The operation would block; try again.",
  [RESULT.ENOMEM]: "Memory is exhausted.",
  [RESULT.EACCES]: "Access to the device is denied; the user must be in its group, usually video.",
  [RESULT.EBUSY]: "The device is in use by another program.",
  [RESULT.ENODEV]: "The device is gone.",
  [RESULT.EINVAL]: "The driver refused a value.",
  [RESULT.EMFILE]: "Too many files are open.",
  [RESULT.ENOTTY]: "The driver does not support the operation.",
  [RESULT.ENOSPC]: "There is no room for another one.",
  [RESULT.EPIPE]: "The driver stopped the transfer.",
  [RESULT.ERANGE]: "The value is out of the control's range.",
  [RESULT.EPROTO]: "The device answered against its protocol; the cable or the hub may be at fault.",
  [RESULT.EBADMSG]: "The message is not authentic.",
  [RESULT.EOVERFLOW]: "The device sent more than the bus allows.",
  [RESULT.EDESTADDRREQ]: "The viewer has no destination.",
  [RESULT.EOPNOTSUPP]: "The device does not support this.",
  [RESULT.ENOBUFS]: "The buffer is too small.",
  [RESULT.ETIMEDOUT]: "The device did not answer in time.",
  [RESULT.EALREADY]: "The message was received before.",
};

/** What a negative result of the library means, as a sentence. */
export function describeNativeError(code: number): string {
  return SENTENCES[code] ?? `The system reported error ${-code}.`;
}

/** A call of the native library failed. `result` is -errno or a BV_ERR_* of shim.h; `call` is the function's name. */
export class NativeError extends Error {
  readonly result: number;
  readonly call: string;

  constructor(result: number, call: string) {
    super(describeNativeError(result));
    this.name = "NativeError";
    this.result = result;
    this.call = call;
  }
}

/** Returns a non-negative result, throws NativeError for any other. */
export function checked(result: number, call: string): number {
  if (result < 0) throw new NativeError(result, call);
  return result;
}
