/** Of `admin` where the examples are asked. */
export const PASSWORD = "correct horse battery";

/** How an administrator asks an operation of the API document, so that its answers can be checked. */
export interface Example {
  /** Values of the parameters in the path. */
  readonly path?: Readonly<Record<string, string>>;
  /** With its `?`. */
  readonly query?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** A body that is no JSON. */
  readonly text?: string;
  /** What comes; 200 unless given. */
  readonly status?: number | readonly number[];
  /** Why the operation is only asked by callers who may not: what it would end. */
  readonly ends?: string;
}

const RECORDING = { path: { id: "nothing" }, status: 404 } as const;
const USER = { path: { name: "example" } } as const;
/** Settings that this camera lacks are 409. */
const MAYBE = [200, 409] as const;

/** By `METHOD /path/{parameter}`; asked in the order of the document. Operations without an entry are asked as they stand. */
export const EXAMPLES: Readonly<Record<string, Example>> = {
  "POST /api/settings": { body: { "jpeg-quality": 80 }, status: MAYBE },
  "POST /api/settings/reset": { body: { keys: ["jpeg-quality"] }, status: MAYBE },
  "GET /api/settings/{key}": { path: { key: "jpeg-quality" } },
  "POST /api/settings/{key}": { path: { key: "jpeg-quality" }, text: "70", status: MAYBE },
  "POST /api/settings/presets": {
    body: { name: "Example", values: { "jpeg-quality": 80 }, replace: true },
    status: 201,
  },
  "PATCH /api/settings/presets/{id}": { path: { id: "Example" }, body: { name: "Example" } },
  "POST /api/settings/presets/{id}/apply": { path: { id: "Example" }, body: { except: [] }, status: [200, 404, 409] },
  "DELETE /api/settings/presets/{id}": { path: { id: "Example" }, status: [204, 404] },
  "GET /api/v1": { status: 426 },
  "POST /api/config/reload": {},
  "POST /api/system/restart": { ends: "the server" },
  "POST /api/system/reboot": { status: 409 },
  "POST /api/system/factory-reset": { body: { password: "not it" }, status: 403 },
  "POST /api/system/backup": { body: { passphrase: "a long passphrase" } },
  "POST /api/recording/start": { body: { stream: "stream2", tags: ["example"] } },
  "POST /api/recording/pause": {},
  "POST /api/recording/resume": {},
  "POST /api/recording/tag": { body: { title: "example" } },
  "POST /api/recording/stop": {},
  "POST /api/snapshot": { status: 201 },
  "GET /api/recordings/counts": { query: "?bounds=0,1790000000000" },
  "PATCH /api/recordings/retention": { body: { days: 0, delete_tagged: false } },
  "GET /api/recordings/retention/preview": { query: "?days=30" },
  "GET /api/recordings/{id}": RECORDING,
  "GET /api/recordings/{id}/info": RECORDING,
  "GET /api/recordings/{id}/thumbnail": RECORDING,
  "PATCH /api/recordings/{id}": { ...RECORDING, body: { title: "example" } },
  "DELETE /api/recordings/{id}": RECORDING,
  "POST /api/ptz/presets": { body: { name: "home" }, status: 201 },
  "POST /api/ptz/presets/{id}/goto": { path: { id: "home" } },
  "DELETE /api/ptz/presets/{id}": { path: { id: "nothing" }, status: 404 },
  "POST /api/ptz/home": {},
  "POST /api/ptz/move": { body: { pan: 0.5, timeout: 100 } },
  "POST /api/ptz/stop": {},
  "POST /api/login": { body: { username: "admin", password: PASSWORD } },
  "POST /api/logout": {},
  "POST /api/users": { body: { name: "example", password: "seven wise ravens", role: "viewer" }, status: 201 },
  "GET /api/users/{name}": USER,
  "PATCH /api/users/{name}": { ...USER, body: { role: "guest" } },
  "DELETE /api/users/{name}": { ...USER, status: 204 },
  "GET /api/users/{name}/permissions": { path: { name: "admin" } },
  "POST /api/tokens": { body: { name: "example" }, status: 201 },
  "DELETE /api/tokens/{id}": { path: { id: "nothing" }, status: 404 },
  "PUT /api/certificate": { text: "no certificate", status: 400 },
  "POST /api/certificate/self-signed": {},
  "POST /api/certificate/csr": {},
  "POST /api/webrtc/answer": { body: { type: "answer", sdp: "nothing" }, status: [400, 404] },
  "POST /api/webrtc/offer": { body: { type: "offer", sdp: "nothing" }, status: 400 },
  "POST /api/whep/{stream}": { path: { stream: "stream1" }, text: "nothing", status: 400 },
  "GET /api/webrtc/sessions/{id}": { path: { id: "nothing" }, status: 404 },
  "PATCH /api/webrtc/sessions/{id}": { path: { id: "nothing" }, text: "nothing", status: 404 },
  "DELETE /api/webrtc/sessions/{id}": { path: { id: "nothing" }, status: 404 },
  "DELETE /api/streams/viewers/{id}": { path: { id: "nothing" }, status: 404 },
  "GET /assets/{file}": { path: { file: "nothing.js" }, status: 404 },
  "GET /swagger/assets/{file}": { path: { file: "nothing.js" }, status: 404 },
};
