import type { Clock } from "../../core/clock.ts";
import { sentenceOf } from "../../core/disk-failure.ts";
import type { Log } from "../../core/log.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { EventLog } from "../../storage/event-log.ts";
import { type RecordingFolder, unavailable } from "../../storage/recording-folder.ts";
import type { RecordingTable } from "../../storage/recording-table.ts";
import type { StorageDescription } from "./model.ts";
import { START_TIMEOUT_MS } from "./recorder-state.ts";
import { hasRoom, minFreeBytes, preview, type RetentionRules, type RetentionSum } from "./retention.ts";

/** What room is looked after with. */
export interface RoomParts {
  readonly folder: RecordingFolder;
  readonly table: RecordingTable;
  readonly events: Pick<EventLog, "publish">;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly newId: () => string;
  readonly rules: () => RetentionRules;
}

/** Bytes. */
export interface FreeRoom {
  readonly freeBytes: number;
  /** That may be filled. */
  readonly usableBytes: number;
}

/** The room that recordings have on their disk. */
export class RecordingRoom {
  readonly #parts: RoomParts;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** What retention and recovery work with. */
  get keeping() {
    const { folder, table, rules, clock, log, newId } = this.#parts;
    return { folder, table, rules, log, newId, nowMs: () => Math.trunc(clock.wallMs()) };
  }

  /** Undefined while the folder cannot be read. */
  async free(): Promise<FreeRoom | undefined> {
    const { folder, rules } = this.#parts;
    const room = await folder.room().catch(() => undefined);
    if (room === undefined) return undefined;
    return { freeBytes: room.freeBytes, usableBytes: Math.max(0, room.freeBytes - minFreeBytes(rules(), room)) };
  }

  /** Makes room for a recording or a picture where the rules allow it; false: there is too little. Throws AppError `unavailable`. */
  async make(): Promise<boolean> {
    return await this.#look(() => hasRoom(this.keeping));
  }

  /** What is there, what is used of it, and how long it lasts. Throws AppError `unavailable`. */
  async describe(): Promise<StorageDescription> {
    const { folder, table, rules } = this.#parts;
    const room = await this.#look(() => folder.room());
    const { days, bytes, overwrite, deleteTagged } = rules();
    const minFree = Math.trunc(minFreeBytes(rules(), room));
    const rate = table.bytesPerSecond();
    const usable = Math.max(0, room.freeBytes - minFree);
    return {
      ...{ total_bytes: room.totalBytes, free_bytes: room.freeBytes, min_free_bytes: minFree },
      recordings_bytes: table.totalBytes(),
      ...(rate === undefined || rate === 0
        ? {}
        : { bytes_per_second: Math.round(rate), remaining_seconds: Math.trunc(usable / rate) }),
      retention: { days, bytes, overwrite, delete_tagged: deleteTagged },
    };
  }

  /** How much would be deleted by some rules. Throws AppError `unavailable`. */
  async preview(rules: Partial<RetentionRules>): Promise<RetentionSum> {
    return await this.#look(() => preview(this.keeping, { ...this.#parts.rules(), ...rules }));
  }

  /** Whether a running recording may go on. One whose disk cannot be asked may. */
  async isLeft(): Promise<boolean> {
    try {
      return this.told(await hasRoom(this.keeping));
    } catch (error) {
      this.#parts.log.warn("the room on the disk could not be seen", { reason: sentenceOf(error) });
      return true;
    }
  }

  /** Asks the disk, where it is the right one; one that hangs is not waited for. */
  async #look<T>(ask: () => Promise<T>): Promise<T> {
    const { folder, scheduler } = this.#parts;
    const { promise: tooLong, reject } = Promise.withResolvers<never>();
    const cancel = scheduler.after(START_TIMEOUT_MS, () =>
      reject(unavailable("Storage is unavailable: the disk hangs")),
    );
    const look = async () => {
      await folder.verify();
      return await ask();
    };
    try {
      return await Promise.race([look(), tooLong]);
    } finally {
      cancel();
    }
  }

  /** Passes it on; an event tells that a recording has too little. */
  told(hasEnough: boolean): boolean {
    if (!hasEnough) this.#parts.events.publish("storage-low", {});
    return hasEnough;
  }
}
