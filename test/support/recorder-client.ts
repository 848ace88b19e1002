import { Database } from "bun:sqlite";
import { afterAll, afterEach, beforeAll } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, type TestServer } from "./server.ts";
import { until } from "./until.ts";

/** A recording as `GET /api/recordings` lists it, as far as tests look. */
export interface ListedRecording {
  readonly id: string;
  readonly recording_id: string;
  readonly kind: string;
  readonly filename: string;
  readonly state: string;
  readonly start: number;
  readonly end?: number;
  readonly duration: number;
  readonly file_size: number;
  readonly resolution: string;
  readonly trigger: string;
  readonly mode?: string;
  readonly tags: readonly { readonly title: string }[];
}

/** What a call answered. */
export interface Answered<T> {
  readonly status: number;
  readonly data: T;
  readonly code: string | undefined;
}

const HEADERS = { Authorization: `Basic ${Buffer.from("admin:password").toString("base64")}` };

/** Calls a demo's API as its administrator. */
export async function callApi<T>(
  server: Pick<TestServer, "http">,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answered<T>> {
  const answer = await fetch(`${server.http}${path}`, {
    method,
    headers: HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.status === 204) return { status: 204, data: undefined as T, code: undefined };
  const { data, code } = (await answer.json()) as { readonly data: T; readonly code?: string };
  return { status: answer.status, data, code };
}

/** Fetches a file as the administrator. */
export function fetchApi(
  server: Pick<TestServer, "http">,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${server.http}${path}`, { headers: { ...HEADERS, ...headers } });
}

/** Where the database says that a recording's file is, below the data folder. */
export function fileOf(dataFolder: string, id: string): string {
  const database = new Database(`${dataFolder}/rotordream.db`, { readonly: true });
  try {
    const row = database.query<{ file: string }, [string]>("SELECT file FROM recordings WHERE id = ?").get(id);
    return `${dataFolder}/recordings/${row?.file}`;
  } finally {
    database.close();
  }
}

/** `GET /api/recording/status`, as far as tests look. */
export interface RecorderStatusAnswer {
  readonly state: string;
  readonly duration: number;
  readonly recording_id?: string;
  readonly file_size: number;
}

/** What a stop answers. */
export interface StopAnswer {
  readonly recording_id: string;
  readonly duration: number;
  readonly file_size: number;
  readonly parts?: readonly { readonly id: string }[];
}

const WAIT_LIMIT_MS = 60_000;

/** A demo's recorder, as its administrator uses it. */
export function recorderOf(server: Pick<TestServer, "http">) {
  const status = async () => (await callApi<RecorderStatusAnswer>(server, "GET", "/api/recording/status")).data;
  /** Waits until the running recording holds so many seconds. */
  const recorded = (seconds: number) => until(async () => (await status()).duration >= seconds, WAIT_LIMIT_MS);
  return {
    status,
    recorded,
    /** Starts one and waits; answers its id. */
    async record(seconds: number, order: object = {}): Promise<string> {
      const started = await callApi<{ recording_id: string }>(server, "POST", "/api/recording/start", order);
      if (started.status !== 200) throw new Error(`the recording was not started: ${started.status} ${started.code}`);
      await recorded(seconds);
      return started.data.recording_id;
    },
    stop: () => callApi<StopAnswer>(server, "POST", "/api/recording/stop"),
    /** What an event told, newest first. */
    async events(kind: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
      const { data } = await callApi<readonly { data: Record<string, unknown> }[]>(
        server,
        "GET",
        `/api/events?kind=${kind}`,
      );
      return data.map((event) => event.data);
    },
  };
}

const UNLIMITED = { ROTORDREAM_LIMITS_API_PER_MINUTE: "0", ROTORDREAM_LIMITS_MEDIA_PER_SECOND: "0" };

/** A demo for all tests of a file. */
export interface SharedRecorder {
  readonly server: TestServer;
  /** Its data folder. */
  readonly folder: string;
  readonly recorder: ReturnType<typeof recorderOf>;
}

/** Starts a demo with a data folder of its own before the file's tests, and ends it after them; a test that failed leaves its recording to nobody. */
export function shareRecorder(): SharedRecorder {
  const folder = mkdtempSync(join(tmpdir(), "rotordream-recording-"));
  let running: { readonly server: TestServer; readonly recorder: SharedRecorder["recorder"] } | undefined;
  const started = () => {
    if (running === undefined) throw new Error("the server was not started");
    return running;
  };
  beforeAll(async () => {
    const server = await startServer(["--data-dir", folder], UNLIMITED);
    running = { server, recorder: recorderOf(server) };
  });
  afterEach(() => running?.recorder.stop());
  afterAll(async () => {
    await running?.server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    get server() {
      return started().server;
    },
    get recorder() {
      return started().recorder;
    },
  };
}
