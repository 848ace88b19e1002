const BIG_ENDIAN = 0x8000_0000;

/** V4L2's four-character code as text, such as `YUYV`; bytes that no text has are shown as `?`, big-endian variants end in `-BE`. */
export function fourccText(code: number): string {
  let text = "";
  for (let shift = 0; shift < 32; shift += 8) {
    const byte = ((code & ~BIG_ENDIAN) >>> shift) & 0xff;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "?";
  }
  return (code & BIG_ENDIAN) === 0 ? text.trimEnd() : `${text.trimEnd()}-BE`;
}

/** The code of a text of up to four ASCII characters. RangeError for any other. */
export function fourccCode(text: string): number {
  if (!/^[\x20-\x7e]{1,4}$/.test(text)) throw new RangeError("a pixel format is named by one to four ASCII characters");
  let code = 0;
  for (let index = 0; index < 4; index++) code |= (text.charCodeAt(index) || 0x20) << (8 * index);
  return code >>> 0;
}
