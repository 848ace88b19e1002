import type { ReloadReport } from "../config/running-config.ts";
import { AppError } from "../core/errors.ts";
import type { Actor } from "../storage/audit-log.ts";
import type { Foundation } from "./foundation.ts";

/** Reads the configuration again. Throws AppError `configuration`; then everything stays as it was. */
export function reloadConfiguration({ running, audit, log }: Foundation, actor: Actor): ReloadReport {
  const report = running.reload();
  const changed = { applied: report.applied.join(", "), needsRestart: report.needsRestart.join(", ") };
  log.info("the configuration was read again", changed);
  audit.record(actor, "configuration-reloaded", "", { applied: report.applied, needs_restart: report.needsRestart });
  return report;
}

/** The same at SIGHUP, where only the log can tell of mistakes. */
export function reloadBySignal(foundation: Foundation): void {
  try {
    reloadConfiguration(foundation, { user: undefined, address: "local" });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    foundation.log.error(`the configuration stays as it was: ${error.message}`);
  }
}
