import { OnvifClient } from "./onvif-client.ts";
import { EXECUTABLE } from "./server.ts";
import { MACHINE_LIMIT_MS, readPrograms, type VirtualMachine } from "./virtual-machine.ts";

const HTTP_PORT = 8080;
const RTSP_PORT = 8554;
/** Of the user admin. */
const ADMIN_PASSWORD = "correct-horse-battery-9";
const AS_ADMIN = { Authorization: `Basic ${btoa(`admin:${ADMIN_PASSWORD}`)}` };
/** To be forwarded by a virtual machine that runs the server. */
export const SERVER_PORTS: readonly number[] = [HTTP_PORT, RTSP_PORT];
/** What tests wait for is asked for often. */
const NO_API_LIMIT = "env ROTORDREAM_LIMITS_API_PER_MINUTE=0";

/** What `/api/camera/status` says of a camera. */
export interface CameraReading {
  readonly id: string;
  readonly state: string;
  readonly problem?: string;
  readonly device: string;
  readonly driver: string;
  readonly pixel_format: string;
  readonly substitute: boolean;
  readonly resolution: string;
  readonly controls: readonly { readonly name: string; readonly value: number; readonly max: number }[];
  readonly modes: readonly {
    readonly pixel_format: string;
    readonly resolution: string;
    readonly fps: readonly number[];
  }[];
}

/** The executable inside a virtual machine, reached from here through forwarded ports. */
export class MachineServer {
  readonly #machine: VirtualMachine;
  readonly #pid: number;

  private constructor(machine: VirtualMachine, pid: number) {
    this.#machine = machine;
    this.#pid = pid;
  }

  /** Starts rotordream, where everybody may look, on `source`; resolves when it listens and its log has `words`. `runner` starts it as another user. */
  static async start(
    machine: VirtualMachine,
    source: string,
    words = "the camera delivers pictures",
    runner = "",
  ): Promise<MachineServer> {
    await readPrograms();
    const access = `--admin-password ${ADMIN_PASSWORD} --anonymous viewer --listen 0.0.0.0`;
    const ports = `--http-port ${HTTP_PORT} --rtsp-port ${RTSP_PORT} --https-port 0 --rtsps-port 0 --webrtc-port 0`;
    const pid = await machine.start(
      "server",
      `${runner} ${NO_API_LIMIT} ${EXECUTABLE} --data-dir /tmp/server --no-discovery --source ${source} ${access} ${ports}`,
    );
    const server = new MachineServer(machine, pid);
    try {
      await machine.waitFor(`grep -q rtsp: /tmp/server.log && grep -q "${words}" /tmp/server.log`, MACHINE_LIMIT_MS);
    } catch (error) {
      throw new Error(`${error}: ${await server.log()}\n${await server.#threads()}`);
    }
    return server;
  }

  /** What each thread waits for: the one thing to know of a server that stands still. */
  async #threads(): Promise<string> {
    const each = "echo $(cat $task/comm; grep State $task/status; cat $task/wchan; cat $task/syscall)";
    return (await this.#machine.run(`uptime; for task in /proc/${this.#pid}/task/*; do ${each}; done`)).stdout;
  }

  /** Address of a stream. */
  url(stream: "stream1" | "stream2"): string {
    return `rtsp://127.0.0.1:${this.#machine.hostPort(RTSP_PORT)}/${stream}`;
  }

  /** Its origin over HTTP. */
  get http(): string {
    return `http://127.0.0.1:${this.#machine.hostPort(HTTP_PORT)}`;
  }

  /** A client of ONVIF, logged in as the administrator. */
  onvif(): OnvifClient {
    const login = { user: "admin", password: ADMIN_PASSWORD };
    return new OnvifClient(this.http, login);
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(this.http + path);
    const body = (await response.json()) as { data?: unknown };
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body.data ?? body;
  }

  /** Downloads a file, as the administrator. */
  async file(path: string): Promise<Uint8Array> {
    const response = await fetch(this.http + path, { headers: AS_ADMIN });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.bytes();
  }

  /** Changes settings as the administrator; the values as the server answers them. Throws with its answer when it refuses. */
  set(values: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    return this.post("/api/settings", values);
  }

  /** Restores the defaults of settings, or of all; otherwise like `set`. */
  reset(...keys: readonly string[]): Promise<Record<string, unknown>> {
    return this.post("/api/settings/reset", keys.length === 0 ? {} : { keys });
  }

  /** Posts as the administrator; throws with its answer when it refuses. */
  async post(path: string, values: unknown = {}): Promise<Record<string, unknown>> {
    const response = await fetch(this.http + path, {
      method: "POST",
      headers: AS_ADMIN,
      body: JSON.stringify(values),
    });
    const body = (await response.json()) as { data?: Record<string, unknown>; code?: string; error?: string };
    if (body.data === undefined) throw new Error(`${response.status} ${body.code}: ${body.error}`);
    return body.data;
  }

  /** The camera's state. */
  async camera(): Promise<CameraReading> {
    const [camera] = (await this.get("/api/camera/status")) as CameraReading[];
    if (camera === undefined) throw new Error("the server has no camera");
    return camera;
  }

  async log(): Promise<string> {
    return (await this.#machine.run("cat /tmp/server.log")).stdout;
  }

  /** Asks it to end and waits until it has. */
  async stop(): Promise<void> {
    await this.#machine.run(`kill ${this.#pid}; while kill -0 ${this.#pid} 2>&-; do sleep 0.02; done`);
  }
}
