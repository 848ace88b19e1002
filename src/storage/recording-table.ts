import type { Database } from "bun:sqlite";

/** `recording`: being written. `damaged`: its file cannot be played. `missing`: its file is gone. */
export type RecordingState = "recording" | "ready" | "damaged" | "missing";

/** A part of a recording, or a stored snapshot. Times are Unix milliseconds. */
export interface RecordingRow {
  readonly id: string;
  /** `id` of the recording's first part. */
  readonly recording_id: string;
  readonly kind: "video" | "snapshot";
  /** Below the recordings folder, with slashes. */
  readonly file: string;
  /** For people; never a path. */
  readonly name: string;
  readonly state: RecordingState;
  readonly start_ms: number;
  readonly end_ms: number | null;
  readonly duration_ms: number;
  readonly bytes: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  /** As RFC 6381 names it: `avc1.42c01f`; `jpeg` for snapshots. */
  readonly codec: string;
  /** What started it: manual, schedule, motion; found: its file was there without a row. */
  readonly cause: string;
  readonly missing_since_ms: number | null;
  /** Between pictures of a time-lapse; null: all were recorded. */
  readonly interval_ms: number | null;
}

/** What the file turned out to be. */
export type RecordingResult = Pick<
  RecordingRow,
  "state" | "end_ms" | "duration_ms" | "bytes" | "width" | "height" | "frames"
>;

/** A mark on a recording. */
export interface RecordingTag {
  readonly time_ms: number;
  readonly title: string;
  readonly note: string;
  readonly category: string;
}

/** What part of the list to show. */
export interface RecordingQuery {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly kind?: RecordingRow["kind"] | undefined;
  /** Title of a tag. */
  readonly tag?: string | undefined;
  /** Only those that stand after this one in the list. */
  readonly after?: { readonly startMs: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** What began within a time: how many files, how long they play, bytes. */
export interface RecordingCounts {
  readonly videos: number;
  readonly snapshots: number;
  readonly duration_ms: number;
  readonly bytes: number;
}

/** What part of what may be deleted. */
export interface OldestQuery {
  readonly after?: Pick<RecordingRow, "start_ms" | "id"> | undefined;
  /** Only those that began before. */
  readonly toMs?: number;
  readonly limit: number;
}

const COLUMNS = [
  ...["id", "recording_id", "kind", "file", "name", "state", "start_ms", "end_ms", "duration_ms"],
  ...["bytes", "width", "height", "frames", "codec", "cause", "missing_since_ms", "interval_ms"],
] as const;
const HAS_TAG = "EXISTS (SELECT 1 FROM recording_tags WHERE recording = recordings.id)";
type Parameters = Record<string, string | number | null>;

/** The library's rows. */
export class RecordingTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add(row: RecordingRow): void {
    this.#database
      .query<unknown, Parameters>(
        `INSERT INTO recordings (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map((name) => `$${name}`).join(", ")})`,
      )
      .run({ ...row });
  }

  find(id: string): RecordingRow | undefined {
    return this.#rows("id = $id", { id })[0];
  }

  /** Newest first. */
  list({ fromMs, toMs, kind, tag, after, limit }: RecordingQuery): readonly RecordingRow[] {
    return this.#rows(
      `($from IS NULL OR start_ms >= $from) AND ($to IS NULL OR start_ms < $to) AND ($kind IS NULL OR kind = $kind)
       AND ($tag IS NULL OR EXISTS (SELECT 1 FROM recording_tags WHERE recording = recordings.id AND title = $tag))
       AND ($afterMs IS NULL OR (start_ms, id) < ($afterMs, $afterId))
       ORDER BY start_ms DESC, id DESC LIMIT $limit`,
      {
        from: fromMs ?? null,
        to: toMs ?? null,
        kind: kind ?? null,
        tag: tag ?? null,
        afterMs: after?.startMs ?? null,
        afterId: after?.id ?? null,
        limit,
      },
    );
  }

  /** Those that are not ready. */
  unfinished(): readonly RecordingRow[] {
    return this.#rows("state <> 'ready'", {});
  }

  /** Parts of one recording, in their order. */
  parts(recordingId: string): readonly RecordingRow[] {
    return this.#rows("recording_id = $recordingId ORDER BY start_ms, id", { recordingId });
  }

  /** What may be deleted, oldest first: the tagged ones, or the others; what is being written never. `after`: those that stand behind it. */
  oldest(tagged: boolean, { after, toMs, limit }: OldestQuery): readonly RecordingRow[] {
    // the two in one list would have to be sorted, all of them
    return this.#rows(
      `state IN ('ready', 'damaged') AND ${tagged ? "" : "NOT"} ${HAS_TAG}
       AND (start_ms, id) > ($afterMs, $afterId) AND start_ms < $toMs ORDER BY start_ms, id LIMIT $limit`,
      { afterMs: after?.start_ms ?? 0, afterId: after?.id ?? "", toMs: toMs ?? Number.MAX_SAFE_INTEGER, limit },
    );
  }

  /** Of all files together. */
  totalBytes(): number {
    const row = this.#database
      .query<{ bytes: number | null }, []>("SELECT sum(bytes) AS bytes FROM recordings WHERE state <> 'missing'")
      .get();
    return row?.bytes ?? 0;
  }

  /** `fromMs` counts, `toMs` does not. */
  counts(fromMs: number, toMs: number): RecordingCounts {
    const counts = this.#database
      .query<RecordingCounts, Parameters>(
        `SELECT count(*) FILTER (WHERE kind = 'video') AS videos, count(*) FILTER (WHERE kind = 'snapshot') AS snapshots,
         coalesce(sum(duration_ms), 0) AS duration_ms, coalesce(sum(bytes), 0) AS bytes
         FROM recordings WHERE start_ms >= $from AND start_ms < $to`,
      )
      .get({ from: fromMs, to: toMs });
    return counts ?? { videos: 0, snapshots: 0, duration_ms: 0, bytes: 0 };
  }

  /** Of the newest videos that are whole, no time-lapses; undefined where there are none. */
  bytesPerSecond(): number | undefined {
    const rate = this.#database
      .query<{ rate: number | null }, []>(
        `SELECT sum(bytes) * 1000.0 / sum(duration_ms) AS rate FROM (SELECT bytes, duration_ms FROM recordings
         WHERE kind = 'video' AND state = 'ready' AND interval_ms IS NULL ORDER BY start_ms DESC LIMIT 50)`,
      )
      .get()?.rate;
    return rate ?? undefined;
  }

  hasFile(file: string): boolean {
    return this.#rows("file = $file", { file }).length > 0;
  }

  finish(id: string, result: RecordingResult): void {
    this.#database
      .query<unknown, Parameters>(
        `UPDATE recordings SET state = $state, end_ms = $end_ms, duration_ms = $duration_ms, bytes = $bytes,
         width = $width, height = $height, frames = $frames, missing_since_ms = NULL WHERE id = $id`,
      )
      .run({ id, ...result });
  }

  rename(id: string, name: string): void {
    this.#database.query("UPDATE recordings SET name = $name WHERE id = $id").run({ id, name });
  }

  /** Its file is another than it was: it is to be looked at. */
  reopen(id: string): void {
    this.#database.query("UPDATE recordings SET state = 'recording' WHERE id = $id").run({ id });
  }

  /** Its file is gone; the first time counts. */
  markMissing(id: string, sinceMs: number): void {
    this.#database
      .query(
        "UPDATE recordings SET state = 'missing', missing_since_ms = coalesce(missing_since_ms, $sinceMs) WHERE id = $id",
      )
      .run({ id, sinceMs });
  }

  remove(id: string): void {
    this.#database.query("DELETE FROM recordings WHERE id = $id").run({ id });
  }

  tags(recording: string): readonly RecordingTag[] {
    return this.#database
      .query<RecordingTag, { recording: string }>(
        "SELECT time_ms, title, note, category FROM recording_tags WHERE recording = $recording ORDER BY time_ms, id",
      )
      .all({ recording });
  }

  addTag(recording: string, tag: RecordingTag): void {
    this.#database
      .query<unknown, Parameters>(
        `INSERT INTO recording_tags (recording, time_ms, title, note, category)
         VALUES ($recording, $time_ms, $title, $note, $category)`,
      )
      .run({ recording, ...tag });
  }

  /** All or none. */
  replaceTags(recording: string, tags: readonly RecordingTag[]): void {
    this.#database.transaction(() => {
      this.#database.query("DELETE FROM recording_tags WHERE recording = $recording").run({ recording });
      for (const tag of tags) this.addTag(recording, tag);
    })();
  }

  /** Of the marker that the recordings folder must carry; undefined before its first use. */
  volume(): string | undefined {
    return this.#database.query<{ id: string }, []>("SELECT id FROM recording_volume").get()?.id;
  }

  setVolume(id: string): void {
    this.#database.transaction(() => {
      this.#database.run("DELETE FROM recording_volume");
      this.#database.query("INSERT INTO recording_volume (id) VALUES ($id)").run({ id });
    })();
  }

  #rows(where: string, parameters: Parameters): readonly RecordingRow[] {
    return this.#database
      .query<RecordingRow, Parameters>(`SELECT ${COLUMNS.join(", ")} FROM recordings WHERE ${where}`)
      .all(parameters);
  }
}
