import { existsSync, mkdirSync } from "node:fs";
import { type ConditionalTest, testUnless, testWith } from "./conditional-tests.ts";

/** `test` for tests that mount a disk and look at recordings with ffmpeg. */
export const testAsRoot: ConditionalTest =
  process.getuid?.() === 0 ? testWith("ffmpeg") : testUnless("[run as root: it mounts a disk]");

/** `test` for those that mount an image. */
export const testWithLoop: ConditionalTest =
  existsSync("/dev/loop-control") && Bun.which("mkfs.ext4") !== null
    ? testAsRoot
    : testUnless("[needs loop devices and mkfs.ext4]");

/** Runs a command; throws with what it said when it fails. */
export function mustRun(...command: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...command]);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
}

/** A small disk of its own at `path`, in memory; answers how to unmount it. */
export function mountSmallDisk(path: string, megabytes: number): () => void {
  mkdirSync(path, { recursive: true });
  mustRun("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path);
  return () => mustRun("umount", "-l", path);
}

/** A file system in a file, which can be frozen and broken; answers how to unmount it. */
export function mountLoopDisk(image: string, path: string): () => void {
  mkdirSync(path, { recursive: true });
  mustRun("truncate", "-s", "128M", image);
  mustRun("mkfs.ext4", "-q", image);
  mustRun("mount", "-o", "loop", image, path);
  return () => mustRun("umount", "-l", path);
}
