import { defectText } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { AuditAction } from "../storage/audit-actions.ts";
import type { Actor, AuditEntry } from "../storage/audit-log.ts";
import type { EventKind } from "../storage/event-log.ts";
import type { SettingsChange } from "./settings-store.ts";

/** Changes of the same keys by the same user within this time are one line and one event (contract auth.md), with the last values. */
const MERGE_MS = 2000;

/** Where changes are written down. */
export interface JournalOutputs {
  readonly audit: {
    record(actor: Actor, action: AuditAction, subject: string, detail: AuditEntry["detail"]): void;
    recordMerged(actor: Actor, action: AuditAction, subject: string, detail: AuditEntry["detail"]): void;
  };
  readonly events: { publish(kind: EventKind, data: Readonly<Record<string, Json>>): void };
  readonly scheduler: Scheduler;
  readonly log: Pick<Log, "error">;
}

interface Window {
  readonly actor: Actor;
  readonly subject: string;
  /** What came after the line was written. */
  latest: Readonly<Record<string, Json>> | undefined;
}

/** Writes changes of settings to the audit log and the event bus: the first at once, what a dragged slider adds once at its end. */
export class ChangeJournal {
  readonly #outputs: JournalOutputs;
  readonly #windows = new Map<string, Window>();

  constructor(outputs: JournalOutputs) {
    this.#outputs = outputs;
  }

  /** Takes every change; those that the device made itself are nobody's doing and are left out. */
  note({ values, asked, actor }: SettingsChange): void {
    const own = asked.filter((key) => values.has(key));
    if (actor === undefined || own.length === 0) return;
    const detail = Object.fromEntries(own.map((key) => [key, values.get(key) ?? null]));
    const subject = own.join(",");
    const id = JSON.stringify([actor.user, actor.address, subject]);
    const open = this.#windows.get(id);
    if (open !== undefined) {
      open.latest = detail;
      return;
    }
    // first: a change that cannot be written down is taken back, and begins no window
    this.#outputs.audit.record(actor, "settings-changed", subject, detail);
    this.#publish(actor, detail);
    this.#windows.set(id, { actor, subject, latest: undefined });
    this.#outputs.scheduler.after(MERGE_MS, () => this.#end(id));
  }

  /** Writes nothing of what waits: the log was replaced. */
  discard(): void {
    this.#windows.clear();
  }

  /** Writes down what waits; to be called before the database closes. */
  close(): void {
    for (const id of this.#windows.keys()) this.#end(id);
  }

  #end(id: string): void {
    const window = this.#windows.get(id);
    this.#windows.delete(id);
    if (window?.latest === undefined) return;
    const { actor, subject, latest } = window;
    try {
      this.#outputs.audit.recordMerged(actor, "settings-changed", subject, latest);
      this.#publish(actor, latest);
    } catch (error) {
      // the change is made and answered, and a timer has nobody to tell
      this.#outputs.log.error("the audit log could not be written", { subject, reason: defectText(error) });
    }
  }

  #publish({ user, address }: Actor, values: Readonly<Record<string, Json>>): void {
    this.#outputs.events.publish("settings-changed", { user: user ?? null, address, values });
  }
}
