import { array, object } from "valibot";
import type { Scheduler } from "../../core/scheduler.ts";
import { answerByTag, attachment, serveBlob } from "../../http/byte-range.ts";
import { NEXT_CURSOR, PAGING, page } from "../../http/paging.ts";
import { Reply, type Route, route } from "../../http/route.ts";
import type { RecordingRow, RecordingTable } from "../../storage/recording-table.ts";
import { modeOf } from "./describe-recording.ts";
import type { Library } from "./library.ts";
import {
  ChangeBody,
  CountDescriptions,
  CountsQuery,
  FileQuery,
  ListQuery,
  RecordingDescription,
  RecordingParams,
  StartBody,
  StartDescription,
  StateDescription,
  StatusDescription,
  StopDescription,
  StorageDescription,
  TagBody,
  TaggedDescription,
} from "./model.ts";
import { ProgressiveFiles, requireWhole } from "./progressive.ts";
import type { Recorder } from "./recorder.ts";
import type { Finished } from "./recorder-state.ts";
import type { RecordingRoom } from "./recording-room.ts";
import type { Snapshots } from "./snapshots.ts";
import type { Thumbnails } from "./thumbnails.ts";

const COMMON = { rate: "api", tag: "recordings" } as const;
const ORDER = { ...COMMON, method: "POST", access: "Media_rw" } as const;
const MEDIA_TYPES = { video: "video/mp4", snapshot: "image/jpeg" } as const;

/** What the routes are built over. */
interface RecordingParts {
  readonly recorder: Recorder;
  readonly library: Library;
  readonly snapshots: Snapshots;
  readonly thumbnails: Thumbnails;
  readonly table: Pick<RecordingTable, "counts">;
  readonly scheduler: Scheduler;
}

/** `/api/recording`, `/api/recordings` and stored snapshots. */
export function recordingRoutes(parts: RecordingParts): readonly Route[] {
  const { recorder, library, snapshots, thumbnails, table, scheduler } = parts;
  return [
    ...recorderRoutes(recorder),
    ...overviewRoutes(table, recorder.room),
    ...libraryRoutes(library),
    ...fileRoutes(library, thumbnails, scheduler),
    snapshotRoute(library, snapshots),
  ];
}

function recorderRoutes(recorder: Recorder): readonly Route[] {
  return [
    route({
      ...ORDER,
      path: "/api/recording/start",
      summary: "Start recording, at the next keyframe, which is asked for",
      body: StartBody,
      success: { data: StartDescription },
      errors: ["conflict", "unavailable"],
      answer: async ({ body }) => {
        const { recording_id, name } = await recorder.start({ ...body, preRoll: body.pre_roll });
        return { recording_id, filename: name };
      },
    }),
    ...(["pause", "resume"] as const).map((what) =>
      route({
        ...ORDER,
        path: `/api/recording/${what}`,
        summary: what === "pause" ? "Pause; the file's time has no hole" : "Go on after a pause",
        success: { data: StateDescription },
        errors: ["conflict"],
        answer: () => {
          const recording_id = recorder[what]();
          return { recording_id, state: what === "pause" ? "paused" : "recording" };
        },
      }),
    ),
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recording/status",
      summary: "What the recorder does",
      access: "Media_r",
      success: { data: StatusDescription },
      answer: async () => {
        const { state, row, durationMs, bytes, framesLost, freeBytes, remainingSeconds } = await recorder.status();
        return {
          ...{ recording: state === "recording" || state === "paused", state },
          ...{ recording_id: row?.recording_id, filename: row?.name },
          ...{ mode: row && modeOf(row), start: row?.start_ms },
          ...{ duration: Math.round(durationMs) / 1000, file_size: bytes, frames_lost: framesLost },
          ...{ remaining_space: freeBytes, remaining_seconds: remainingSeconds },
        };
      },
    }),
    route({
      ...ORDER,
      path: "/api/recording/tag",
      summary: "Mark a moment of the running recording, or of another",
      body: TagBody,
      success: { data: TaggedDescription },
      errors: ["conflict", "not-found"],
      answer: ({ body: { title, note, category, timestamp, recording_id } }) => {
        const row = recorder.tag({ title, note, category, time_ms: timestamp }, recording_id);
        return { recording_id: row.recording_id, tagged: true };
      },
    }),
    route({
      ...ORDER,
      path: "/api/recording/stop",
      summary: "Stop recording; the answer comes when everything is on disk",
      success: { data: StopDescription },
      errors: ["conflict", "unavailable"],
      answer: async () => describeFinished(await recorder.stop()),
    }),
  ];
}

const ONE = { ...COMMON, params: RecordingParams } as const;

function libraryRoutes(library: Library): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recordings",
      summary: "Recordings and stored snapshots, newest first",
      access: "Media_r",
      query: object({ ...ListQuery.entries, limit: PAGING.limit }),
      success: { data: array(RecordingDescription), beside: NEXT_CURSOR },
      answer: ({ query: { from, to, kind, tag, cursor, limit } }) => {
        // One more than asked for tells whether there is another page.
        const rows = library.list({ fromMs: from, toMs: to, kind, tag, after: cursor, limit: limit + 1 });
        return page(rows, limit, library.describe, ({ start_ms, id }) => `${start_ms}.${id}`);
      },
    }),
    route({
      ...ONE,
      method: "GET",
      path: "/api/recordings/:id/info",
      summary: "What is known of a recording",
      access: "Media_r",
      success: { data: RecordingDescription },
      errors: ["not-found"],
      answer: ({ params }) => library.describe(library.find(params.id)),
    }),
    route({
      ...ONE,
      method: "PATCH",
      path: "/api/recordings/:id",
      summary: "Change title and tags",
      access: "Media_rw",
      body: ChangeBody,
      success: { data: RecordingDescription },
      errors: ["not-found"],
      answer: ({ params, body }) => library.describe(library.change(params.id, body)),
    }),
    route({
      ...ONE,
      method: "DELETE",
      path: "/api/recordings/:id",
      summary: "Delete a recording, file and row",
      access: "Storage_rw",
      success: { status: 204 },
      errors: ["conflict", "not-found", "unavailable"],
      answer: async ({ params }) => {
        await library.remove(params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function fileRoutes(library: Library, thumbnails: Thumbnails, scheduler: Scheduler): readonly Route[] {
  const progressive = new ProgressiveFiles(scheduler);
  return [
    route({
      ...ONE,
      method: "GET",
      path: "/api/recordings/:id",
      summary: "The file, whole or in part; of a running recording what is complete so far",
      access: "Media_r",
      rate: "media",
      query: FileQuery,
      success: { mediaType: Object.values(MEDIA_TYPES), also: [206, 304, 412, 416] },
      errors: ["conflict", "limit-reached", "not-found", "unavailable"],
      answer: async ({ params, query, headers }) => {
        const { row, blob } = await library.open(params.id);
        const isRemuxed = query.format === "mp4";
        if (isRemuxed) requireWhole(row);
        const tag = `${row.id}-${blob.size}${isRemuxed ? "-mp4" : ""}`;
        const type = { "Content-Type": MEDIA_TYPES[row.kind], "Content-Disposition": attachment(downloadName(row)) };
        const content = { tag, headers: type };
        if (!isRemuxed) return serveBlob(blob, headers, content);
        // before the file is looked through, which may take seconds
        return answerByTag(headers, content) ?? serveBlob(await progressive.open(blob, tag), headers, content);
      },
    }),
    route({
      ...ONE,
      method: "GET",
      path: "/api/recordings/:id/thumbnail",
      summary: "A small picture of it",
      access: "Media_r",
      rate: "media",
      success: { mediaType: "image/jpeg" },
      errors: ["not-found"],
      answer: async ({ params }) =>
        new Response(await thumbnails.open(library.find(params.id)), { headers: { "Content-Type": "image/jpeg" } }),
    }),
  ];
}

/** What is there without listing it: how much began when, and the room on the disk. */
function overviewRoutes(
  table: Pick<RecordingTable, "counts">,
  room: Pick<RecordingRoom, "describe">,
): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recordings/counts",
      summary: "How much began from each of some times to the next, such as the days of a month",
      access: "Media_r",
      query: CountsQuery,
      success: { data: CountDescriptions },
      answer: ({ query: { bounds } }) =>
        bounds.slice(1).map((to, index) => {
          const from = bounds[index] ?? to;
          const { videos, snapshots, duration_ms, bytes } = table.counts(from, to);
          return { from, to, videos, snapshots, duration: duration_ms / 1000, file_size: bytes };
        }),
    }),
    route({
      ...COMMON,
      method: "GET",
      path: "/api/recordings/storage",
      summary: "The disk of the recordings: its room, how long it lasts, what is deleted by itself",
      access: "Storage_r",
      success: { data: StorageDescription },
      errors: ["unavailable"],
      answer: () => room.describe(),
    }),
  ];
}

function snapshotRoute(library: Library, snapshots: Snapshots): Route {
  return route({
    ...ORDER,
    rate: "media",
    path: "/api/snapshot",
    summary: "Store a picture",
    success: { status: 201, data: RecordingDescription },
    errors: ["unavailable"],
    answer: async () => {
      const id = await snapshots.keep();
      return new Reply(library.describe(library.find(id)), { status: 201 });
    },
  });
}

/** A title has no extension. */
function downloadName({ name, file }: RecordingRow): string {
  const extension = file.slice(file.lastIndexOf("."));
  return name.endsWith(extension) ? name : `${name}${extension}`;
}

function describeFinished({ row, parts }: Finished) {
  const total = (key: "duration_ms" | "bytes") => parts.reduce((sum, part) => sum + part[key], 0);
  return {
    recording_id: row.recording_id,
    filename: row.name,
    duration: total("duration_ms") / 1000,
    file_size: total("bytes"),
    ...(parts.length < 2 ? {} : { parts: parts.map(describePart) }),
  };
}

function describePart({ id, name, duration_ms, bytes }: Finished["row"]) {
  return { id, filename: name, duration: duration_ms / 1000, file_size: bytes };
}
