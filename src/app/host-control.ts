import { AppError } from "../core/errors.ts";
import type { HostControl } from "../modules/maintenance/service.ts";

const REBOOT = ["systemctl", "reboot"] as const;
/** systemd answers at once and reboots later. */
const REBOOT_TIMEOUT_MS = 5000;

/** The process and the machine. `restart` asks whoever runs the server to stop it and start it anew; `reboot` is a command without a shell. */
export function createHostControl(restart: () => void, reboot: readonly string[] = REBOOT): HostControl {
  return {
    restart,
    async reboot() {
      const done = await succeeds(reboot);
      if (!done)
        throw new AppError(
          "unavailable",
          "The machine refused to reboot; the server's user needs the right to (polkit)",
        );
    },
  };
}

async function succeeds(command: readonly string[]): Promise<boolean> {
  try {
    const run = Bun.spawn([...command], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      timeout: REBOOT_TIMEOUT_MS,
    });
    return (await run.exited) === 0;
  } catch {
    return false; // no such command
  }
}
