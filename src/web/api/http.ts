import { networkError, RequestError } from "./request-error.ts";

/** Marks our own page's requests: keeps the browser's own login box away (contract auth.md). */
const OUR_PAGE = { "X-Requested-With": "rotordream" } as const;

/** A part of a list. */
export interface ListPart<T> {
  readonly items: readonly T[];
  /** For the next part; undefined: this was the last. */
  readonly next: string | undefined;
}

/** The camera's REST API. Every method throws a `RequestError`. */
export interface HttpApi {
  /** What the answer's envelope holds. */
  get<T>(path: string): Promise<T>;
  /** Likewise, of a list with pages. */
  list<T>(path: string): Promise<ListPart<T>>;
  /** Changes something; `body` travels as JSON. Undefined where the answer has no body. */
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;
  /** Deletes what the page holds on the camera while it leaves, whatever comes of that. */
  release(path: string): Promise<void>;
  /** Any request, for answers that are no JSON, such as pictures. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** The members of an answer's envelope that a page looks at (contract http.md). */
interface Envelope {
  readonly data?: unknown;
  readonly next_cursor?: string | null;
  readonly error?: string;
  readonly code?: string;
  readonly key?: string;
  readonly permission?: string;
  readonly retry_after?: number;
}

/** `onLoginEnded`: a request needs a login, or its login has ended. */
export function createHttp(onLoginEnded: () => void): HttpApi {
  const request = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(path, { ...init, headers: { ...OUR_PAGE, ...init.headers } }).catch(() => undefined);
    if (answer === undefined) throw networkError();
    if (answer.ok) return answer;
    const error = await refusal(answer);
    if (answer.status === 401 && path !== "/api/login") onLoginEnded();
    throw error;
  };
  const envelope = async (path: string, init?: RequestInit) => readEnvelope(await request(path, init));
  return {
    request,
    release: (path) =>
      fetch(path, { method: "DELETE", headers: OUR_PAGE, keepalive: true }).then(
        () => undefined,
        () => undefined,
      ),
    get: async <T>(path: string) => (await envelope(path)).data as T,
    list: async <T>(path: string) => {
      const { data, next_cursor } = await envelope(path);
      return { items: data as readonly T[], next: next_cursor ?? undefined };
    },
    send: async <T>(method: string, path: string, body?: unknown) => {
      const init: RequestInit = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      return (await envelope(path, init)).data as T;
    },
  };
}

/** A connection that breaks inside an answer is no answer. */
async function readEnvelope(answer: Response): Promise<Envelope> {
  const text = await answer.text().catch(() => {
    throw networkError();
  });
  return text === "" ? {} : (JSON.parse(text) as Envelope);
}

async function refusal(answer: Response): Promise<RequestError> {
  const { status } = answer;
  const told: Envelope = await readEnvelope(answer).catch(() => ({}));
  const wait = told.retry_after ?? Number(answer.headers.get("Retry-After") ?? Number.NaN);
  return new RequestError({
    status,
    code: told.code ?? `HTTP_${status}`,
    sentence: told.error ?? "",
    key: told.key,
    permission: told.permission,
    retryAfterSeconds: Number.isFinite(wait) ? wait : undefined,
  });
}
