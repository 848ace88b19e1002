import type { GenericSchema, InferOutput } from "valibot";
import type { AppError, ErrorKind } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { AuthenticationResult, Identity, PasswordProof } from "../identity/authenticator.ts";
import type { Permission } from "../identity/permissions.ts";
import { deprecationHeaders } from "./deprecation.ts";
import type { RateClass } from "./limits.ts";

/** What a route answers: a value for the envelope, a value with headers or another status, or a finished response of another kind (a picture, a health check). */
export type Answer = Json | Reply | Upgrade | Response;

/** What a WebSocket tells its route's owner. */
export interface SocketHandlers {
  open(socket: UpgradedSocket): void;
  /** `undefined`: a binary frame. */
  message(text: string | undefined): void;
  drain(): void;
  close(): void;
}

/** A WebSocket as its route's owner sees it. */
export interface UpgradedSocket {
  send(text: string): void;
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** The answer that makes a WebSocket of the request. */
export class Upgrade {
  readonly handlers: SocketHandlers;

  constructor(handlers: SocketHandlers) {
    this.handlers = handlers;
  }
}

/** A value for the envelope that needs more than 200 and the usual headers. */
export class Reply {
  readonly data: Json;
  readonly status: 200 | 201;
  readonly headers: Readonly<Record<string, string>>;
  /** Stands at the top level of the envelope beside `data`. */
  readonly beside: Readonly<Record<string, Json>>;
  /** Of a list that goes on: stands beside it as `next_cursor` and in a `Link` header. */
  readonly nextCursor: string | undefined;

  constructor(
    data: Json,
    more: {
      readonly status?: 200 | 201;
      readonly headers?: Readonly<Record<string, string>>;
      readonly beside?: Readonly<Record<string, Json>>;
      readonly nextCursor?: string;
    } = {},
  ) {
    this.data = data;
    this.status = more.status ?? 200;
    this.headers = more.headers ?? {};
    this.beside = more.beside ?? {};
    this.nextCursor = more.nextCursor;
  }
}

/** A request that was let in. */
export interface Visit<Query, Body, Params = Readonly<Record<string, string>>> {
  readonly identity: Identity;
  /** Host name for URLs in answers, without port, IPv6 in brackets; only ever one of ours. */
  readonly host: string;
  /** Scheme, host and port under which the client reached us: `https://cam.local:8443`. */
  readonly origin: string;
  /** Of the client, for limits and the audit log. */
  readonly address: string;
  /** Whether the client came over TLS, to us or to a trusted proxy. */
  readonly isSecure: boolean;
  /** Name of the session cookie on this listener. */
  readonly cookieName: string;
  readonly method: Method | "HEAD";
  /** Of the request. */
  readonly headers: Pick<Headers, "get">;
  /** Decoded segments of the path. */
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** For routes of access `self`. */
  readonly login: SelfLogin;
}

/** How a route that lets callers in by itself asks who they are. */
export interface SelfLogin {
  /** By the `Authorization` header; without one anonymous. */
  byHeader(): Promise<AuthenticationResult>;
  /** By a proof in the message. */
  byProof(proof: Omit<PasswordProof, "address">): AuthenticationResult;
  /** Text of a `WWW-Authenticate` header. */
  digestChallenge(stale: boolean): string;
}

/** Methods that routes are declared for; HEAD and OPTIONS follow from them. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Chapters of the API document. */
export type RouteTag =
  | "system"
  | "control"
  | "settings"
  | "streams"
  | "webrtc"
  | "ptz"
  | "recordings"
  | "login"
  | "users"
  | "tokens"
  | "certificate"
  | "events"
  | "metrics"
  | "onvif"
  | "documentation";

/** What a route answers when all is well, for the API document; real answers are tested against it. */
export type Success =
  /** `data` of the envelope, and what stands beside it at the top level. */
  | {
      readonly status?: 200 | 201;
      readonly data: GenericSchema;
      readonly beside?: Readonly<Record<string, GenericSchema>>;
    }
  /** JSON without the envelope; `also`: further statuses with the same form. */
  | { readonly bare: GenericSchema; readonly also?: readonly number[] }
  | { readonly status: 101 }
  /** Anything else, endless where it is `multipart/…`; `also`: further statuses, without a body but for 206. */
  | { readonly status?: 200 | 201; readonly mediaType: string | readonly string[]; readonly also?: readonly number[] }
  | { readonly status: 204 };

/** When a route began to be on its way out and when it goes, `YYYY-MM-DD`, at least six months apart (RFC 9745, RFC 8594). */
export interface Deprecation {
  readonly since: string;
  readonly sunset: string;
}

/** Members of bodies and answers that whoever overhears them can use. */
type SecretMember = "password" | "old_password" | "passphrase" | "token" | "key" | "pkcs12";

/** What a success tells, as far as a schema says it. */
type Told<S extends Success> = S extends { readonly data: infer Data extends GenericSchema }
  ? InferOutput<Data>
  : never;

/** Demands the member of a route whose form shows that it carries secrets; others, such as files, have to say so by themselves. */
type Decided<Form> =
  Extract<Form extends unknown ? keyof Form : never, SecretMember> extends never
    ? unknown
    : { readonly carriesSecrets: true };

/** One route. Who may use it and what it counts as is part of its declaration, so that none can be forgotten. */
export interface Route {
  readonly method: Method;
  /** As Elysia writes it, `:name` for a parameter. A path below `/api/` is served below `/api/v1/` too. */
  readonly path: `/${string}`;
  /** The permission a caller needs, or some of which one is enough; `login`: any user, the route decides the rest; `open`: none; `self`: the route decides by what the body says, credentials are not looked at before. */
  readonly access: Permission | readonly [Permission, ...Permission[]] | "login" | "open" | "self";
  readonly rate: RateClass;
  readonly tag: RouteTag;
  /** One sentence for the API document. */
  readonly summary: string;
  /** Takes `?token=`, as routes of rate class `media` do. */
  readonly takesUrlToken?: boolean;
  /** Body or answer hold what whoever overhears it can use: passwords, tokens, keys, backups. Refused over plain HTTP where `server.require_tls` is set. */
  readonly carriesSecrets?: true;
  /** Told in headers and in the API document. */
  readonly deprecated?: Deprecation;
  /** Shows anonymous callers the login challenge beside the answer. */
  readonly offersLogin?: boolean;
  /** Messages of these schemas complete a sentence that begins with the key: "must be …". */
  readonly params?: GenericSchema;
  readonly query?: GenericSchema;
  readonly body?: GenericSchema;
  /** How the body is read: JSON whatever its `Content-Type` says, text as it is, or raw bytes. JSON unless given. */
  readonly bodyForm?: "json" | "text" | "bytes";
  /** Bytes; the default is 1 MiB. */
  readonly maxBodyBytes?: number;
  readonly success: Success;
  /** Kinds of errors beside those that access, rate, query and body bring by themselves. */
  readonly errors?: readonly ErrorKind[];
  answer(visit: Visit<unknown, unknown, unknown>): Answer | Promise<Answer>;
  /** Writes errors in another form than the API's; `requestId` names a defect in the log. */
  refuse?(error: AppError, requestId: string): Response | Promise<Response>;
}

/** Declares a route; params, query and body arrive in `answer` as their schemas describe them. Throws Error for a deprecation without enough notice. */
export function route<
  Query extends GenericSchema,
  Body extends GenericSchema,
  Params extends GenericSchema = GenericSchema<Readonly<Record<string, string>>>,
  Answered extends Success = Success,
>(
  declared: Omit<Route, "query" | "body" | "params" | "success" | "answer"> & {
    readonly success: Answered;
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    answer(visit: Visit<InferOutput<Query>, InferOutput<Body>, InferOutput<Params>>): Answer | Promise<Answer>;
  } & Decided<InferOutput<Body>> &
    Decided<Told<Answered>>,
): Route {
  if (declared.deprecated !== undefined) deprecationHeaders(declared.deprecated);
  return declared as Route;
}
