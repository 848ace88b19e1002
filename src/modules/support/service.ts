import { defectText } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { Actor, AuditLog } from "../../storage/audit-log.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** A part that does not answer, such as a network share that is gone, must not keep the others. */
const PART_TIMEOUT_MS = 5000;

/** A file of the bundle, made when it is asked for: a text as it is, anything else as JSON. */
export interface SupportPart {
  /** With its extension. */
  readonly name: string;
  readonly read: () => unknown;
}

/** What the bundle is made of. */
export interface SupportSources {
  readonly parts: readonly SupportPart[];
  /** Values that must not be in it, wherever they would come from. */
  readonly secrets: () => readonly string[];
  readonly audit: Pick<AuditLog, "recordAnyway">;
  readonly log: Log;
  readonly scheduler: Scheduler;
  readonly wallMs: () => number;
}

/** Everything that somebody who helps from afar asks for first, in one file. */
export interface SupportService {
  /** A gzipped tar. Whoever asks while one is being made gets the same. */
  bundle(actor: Actor): Promise<{ readonly fileName: string; readonly bytes: Uint8Array<ArrayBuffer> }>;
}

/** Makes bundles of `parts`. A part that cannot be read says so in its place. */
export function createSupportService(sources: SupportSources): SupportService {
  const { audit, wallMs, scheduler } = sources;
  let making: Promise<Uint8Array<ArrayBuffer>> | undefined;

  async function make(folder: string): Promise<Uint8Array<ArrayBuffer>> {
    const files: Record<string, string> = {};
    const secrets = sources.secrets();
    // one after the other: live video goes on between them
    for (const { name, read } of sources.parts) {
      const text = await readPart(read, scheduler);
      files[`${folder}/${name}`] = withoutSecrets(text, secrets);
    }
    return new Bun.Archive(files, { compress: "gzip" }).bytes();
  }

  return {
    async bundle(actor) {
      audit.recordAnyway(sources.log, actor, "support-bundle-made", "device");
      const folder = `rotordream-support-${new Date(wallMs()).toISOString().slice(0, 19).replaceAll(":", "-")}`;
      making ??= make(folder).finally(() => {
        making = undefined;
      });
      return { fileName: `${folder}.tar.gz`, bytes: await making };
    },
  };
}

async function readPart(read: () => unknown, scheduler: Scheduler): Promise<string> {
  const late = Promise.withResolvers<never>();
  const cancel = scheduler.after(PART_TIMEOUT_MS, () => late.reject(new Error("it did not answer in time")));
  try {
    await Bun.sleep(0);
    const value = await Promise.race([Promise.try(read), late.promise]);
    return typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`;
  } catch (error) {
    return `This could not be read: ${defectText(error)}\n`;
  } finally {
    cancel();
  }
}
