const SENTENCES: Readonly<Record<number, string>> = {
  [-1001]: "The node is no video capture device.",
  [-1002]: "The camera offers no pixel format that can be read.",
  [-1003]: "The encoder refused its parameters.",
  [-1004]: "The capture thread could not be started.",
  [-1005]: "A compressed picture is damaged.",
  [-1006]: "The camera delivers no frames.",
  [-1007]: "A value is out of its range.",
  [-1]: "The operation is not permitted.",
  [-2]: "The device node does not exist.",
  [-5]: "The device failed during input or output.",
  [-6]: "The device is not there.",
  [-11]: "The operation would block; try again.",
  [-12]: "Memory is exhausted.",
  [-13]: "Access to the device is denied; the user must be in its group, usually video.",
  [-16]: "The device is in use by another program.",
  [-19]: "The device is gone.",
  [-22]: "The driver refused a value.",
  [-24]: "Too many files are open.",
  [-25]: "The driver does not support the operation.",
  [-28]: "There is no room for another one.",
  [-32]: "The driver stopped the transfer.",
  [-34]: "The value is out of the control's range.",
  [-71]: "The device answered against its protocol; the cable or the hub may be at fault.",
  [-75]: "The device sent more than the bus allows.",
  [-95]: "The device does not support this.",
  [-110]: "The device did not answer in time.",
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
