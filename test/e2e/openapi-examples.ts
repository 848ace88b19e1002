/** How an administrator asks an operation of the API document, so that its answers can be checked. */
export interface Example {
  /** Values of the parameters in the path. */
  readonly path?: Readonly<Record<string, string>>;
  /** With its `?`. */
  readonly query?: string;
  readonly body?: unknown;
  /** What comes; 200 unless given. */
  readonly status?: number;
  /** Why the operation is only asked by callers who may not: what it would end. */
  readonly ends?: string;
}

/** By `METHOD /path/{parameter}`, in the order of nothing: each stands alone. Operations without an entry are asked as they stand. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "POST /api/system/restart": { ends: "the server" },
  "POST /api/system/reboot": { status: 409 },
  "POST /api/system/factory-reset": { body: { password: "not it" }, status: 403 },
  "POST /api/system/backup": { body: { passphrase: "a long passphrase" } },
  "GET /swagger/assets/{file}": { path: { file: "nothing.js" }, status: 404 },
};
