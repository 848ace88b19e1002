/**
 * A shell command that succeeds where `command`, a gst-launch-1.0 without `-q`, plays to its end. Its exit code does not tell: when it
 * ends, rtspsrc of GStreamer 1.22 may interrupt its own PAUSE and call that a lost connection; its TEARDOWN is then answered over it.
 */
export function playsToItsEnd(command: string): string {
  return `grep "Got EOS" <(${command})`;
}
