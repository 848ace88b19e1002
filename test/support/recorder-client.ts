import { Database } from "bun:sqlite";
import type { TestServer } from "./server.ts";
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
