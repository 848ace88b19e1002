import { AppError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Actor, AuditLog } from "../../storage/audit-log.ts";
import type { EndedViewer } from "../../stream/stream-status.ts";

/** Whoever serves viewers of one protocol. */
export interface ViewerSource {
  /** Ends the viewer with that id; undefined: it has none. */
  dismiss(id: string): EndedViewer | undefined;
}

/** Ends viewers, whatever they watch by. */
export interface ViewerService {
  /** Throws AppError `not-found`. */
  end(actor: Actor, id: string): void;
}

/** Of all `sources`; ids are random, so that none has another's. */
export function createViewerService(
  sources: readonly ViewerSource[],
  audit: Pick<AuditLog, "recordAnyway">,
  log: Log,
): ViewerService {
  return {
    end(actor, id) {
      for (const source of sources) {
        const ended = source.dismiss(id);
        if (ended === undefined) continue;
        const { user, address, protocol } = ended;
        audit.recordAnyway(log, actor, "viewer-ended", user ?? "anonymous", { address, protocol });
        return;
      }
      throw new AppError("not-found", "There is no such viewer: it has ended meanwhile");
    },
  };
}
