import { Database } from "bun:sqlite";
import { join } from "node:path";

const MINUTE_MS = 60_000;

/** What a library is filled with. */
export interface RecordingRows {
  readonly dataFolder: string;
  readonly count: number;
  /** Unix time, milliseconds; the others lie a minute apart before it. */
  readonly newestMs: number;
  /** Of the first ones; the rest are called by their ids. */
  readonly names?: readonly string[];
  /** Title of a tag on the first two. */
  readonly tag?: string;
}

/** Enters recordings, `row0` the newest, into the database of a server, without files: their lists are what counts. */
export function addRecordingRows({ dataFolder, count, newestMs, names = [], tag }: RecordingRows): void {
  const database = new Database(join(dataFolder, "rotordream.db"));
  const add = database.query(
    `INSERT INTO recordings (id, recording_id, kind, file, name, state, start_ms, end_ms, duration_ms, bytes, width, height, frames, codec, cause)
     VALUES ($id, $id, 'video', $id, $name, 'missing', $start, $start + 30000, 30000, 1000000, 1920, 1080, 900, 'avc1', 'motion')`,
  );
  const addTag = database.query(
    "INSERT INTO recording_tags (recording, time_ms, title, note, category) VALUES ($id, $start, $title, '', '')",
  );
  database.transaction(() => {
    for (let index = 0; index < count; index++) {
      const [id, start] = [`row${index}`, newestMs - index * MINUTE_MS];
      add.run({ $id: id, $name: names[index] ?? `${id}.mp4`, $start: start });
      if (index < 2 && tag !== undefined) addTag.run({ $id: id, $start: start, $title: tag });
    }
  })();
  database.close();
}
