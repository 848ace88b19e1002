import type { GenericSchema, InferOutput } from "valibot";
import type { Identity } from "../identity/authenticator.ts";
import type { Permission } from "../identity/permissions.ts";
import type { RateClass } from "./limits.ts";

/** A value that JSON can carry; members that are undefined are left out. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** What a route answers: a value for the envelope, or a finished response of another kind (a picture, a health check). */
export type Answer = Json | Response;

/** A request that was let in. */
export interface Visit<Query, Body> {
  readonly identity: Identity;
  /** Host name for URLs in answers, without port, IPv6 in brackets; only ever one of ours. */
  readonly host: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

/** Methods that routes are declared for; HEAD and OPTIONS follow from them. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One route. Who may use it and what it counts as is part of its declaration, so that none can be forgotten. */
export interface Route {
  readonly method: Method;
  /** As Elysia writes it, `:name` for a parameter. A path below `/api/` is served below `/api/v1/` too. */
  readonly path: `/${string}`;
  /** The permission a caller needs; `open`: none. */
  readonly access: Permission | "open";
  readonly rate: RateClass;
  /** Shows anonymous callers the login challenge beside the answer. */
  readonly offersLogin?: boolean;
  /** Messages of these schemas complete a sentence that begins with the key: "must be …". */
  readonly query?: GenericSchema;
  readonly body?: GenericSchema;
  /** Bytes; the default is 1 MiB. */
  readonly maxBodyBytes?: number;
  answer(visit: Visit<unknown, unknown>): Answer | Promise<Answer>;
}

/** Declares a route; query and body arrive in `answer` as their schemas describe them. */
export function route<Query extends GenericSchema, Body extends GenericSchema>(
  declared: Omit<Route, "query" | "body" | "answer"> & {
    readonly query?: Query;
    readonly body?: Body;
    answer(visit: Visit<InferOutput<Query>, InferOutput<Body>>): Answer | Promise<Answer>;
  },
): Route {
  return declared;
}
