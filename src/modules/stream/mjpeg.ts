import type { Snapshots } from "../../camera/camera-status.ts";
import type { Clock } from "../../core/clock.ts";
import type { Crypto } from "../../core/crypto-port.ts";
import { AppError } from "../../core/errors.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { Authenticator, Identity } from "../../identity/authenticator.ts";
import type { EndedViewer, MjpegViewerStatus } from "../../stream/stream-status.ts";
import type { MjpegQuery, StreamName } from "./model.ts";

/** Between tries while the camera is away; the connection stays. */
const RETRY_MS = 1000;
const BOUNDARY = "rotordream";
const VIEWER_ID_BYTES = 8;

/** Who reads. */
export interface MjpegOwner {
  readonly identity: Identity;
  readonly address: string;
}

/** Live pictures for whatever shows neither WebRTC nor RTSP. */
export interface MjpegService {
  /** An endless `multipart/x-mixed-replace`. Throws AppError `limit-reached`, `unavailable`. */
  open(owner: MjpegOwner, stream: StreamName, query: MjpegQuery): Promise<Response>;
  /** Readers of a stream. */
  viewers(stream: StreamName): readonly MjpegViewerStatus[];
  /** Ends the reader with that id; undefined: there is none. */
  dismiss(viewerId: string): EndedViewer | undefined;
  stop(): void;
}

/** What MJPEG is built over. */
export interface MjpegParts {
  readonly snapshots: Snapshots;
  readonly scheduler: Scheduler;
  readonly clock: Pick<Clock, "monotonicUs">;
  readonly crypto: Pick<Crypto, "randomBytes">;
  readonly authenticator: Pick<Authenticator, "refresh" | "noteUse">;
  /** 0: no limit. */
  readonly maxViewers: () => number;
  /** Unless asked for another, 1–100. */
  readonly jpegQuality: () => number;
}

/** Serves MJPEG: each reader is given the newest picture when it has taken the one before, so a slow one skips pictures. */
export function createMjpeg(parts: MjpegParts): MjpegService {
  const readers = new Set<MjpegReader>();
  const take = shared(parts.snapshots);
  return {
    async open(owner, stream, { fps, quality = parts.jpegQuality() }) {
      const most = parts.maxViewers();
      if (most > 0 && readers.size >= most) {
        throw new AppError("limit-reached", `There are already ${most} MJPEG viewers, as many as this camera allows`, {
          errorCode: "VIEWER_LIMIT",
          limit: most,
        });
      }
      const reader = new MjpegReader({
        ...parts,
        id: parts.crypto.randomBytes(VIEWER_ID_BYTES).toHex(),
        owner,
        createdUs: parts.clock.monotonicUs(),
        stream,
        periodMs: 1000 / fps,
        take: () => take(stream, quality),
        mayWatch: () => mayWatch(parts.authenticator, owner.identity),
        onEnd: () => readers.delete(reader),
      });
      readers.add(reader);
      return await reader.response();
    },
    viewers(stream) {
      const nowUs = parts.clock.monotonicUs();
      return Array.from(readers)
        .filter((reader) => reader.stream === stream)
        .map((reader) => reader.status(nowUs));
    },
    dismiss(viewerId) {
      for (const reader of readers) {
        if (reader.id !== viewerId) continue;
        reader.end();
        const { identity, address } = reader.owner;
        return { user: identity.user, address, protocol: "MJPEG" };
      }
      return undefined;
    },
    stop: () => {
      for (const reader of readers) reader.end();
    },
  };
}

/** Watching is a use of the login: it does not idle out. */
function mayWatch(authenticator: MjpegParts["authenticator"], identity: Identity): boolean {
  authenticator.noteUse(identity);
  return authenticator.refresh(identity)?.permissions.has("Media_r") === true;
}

/** The headers of every answer. */
export const MJPEG_HEADERS = { "Content-Type": `multipart/x-mixed-replace; boundary=${BOUNDARY}` };

/** Readers that want the same at the same time share one picture. */
function shared(snapshots: Snapshots): Snapshots["take"] {
  const waiting = new Map<string, Promise<Uint8Array>>();
  return (stream, quality) => {
    const key = `${stream} ${quality}`;
    const picture = waiting.get(key) ?? snapshots.take(stream, quality).finally(() => waiting.delete(key));
    waiting.set(key, picture);
    return picture;
  };
}

interface ReaderParts {
  readonly id: string;
  readonly owner: MjpegOwner;
  readonly createdUs: number;
  readonly stream: StreamName;
  readonly periodMs: number;
  readonly scheduler: Scheduler;
  readonly take: () => Promise<Uint8Array>;
  readonly mayWatch: () => boolean;
  readonly onEnd: () => void;
}

class MjpegReader {
  readonly id: string;
  readonly owner: MjpegOwner;
  readonly stream: StreamName;
  readonly #parts: ReaderParts;
  #cancelWait: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOver = false;

  constructor(parts: ReaderParts) {
    this.id = parts.id;
    this.owner = parts.owner;
    this.stream = parts.stream;
    this.#parts = parts;
  }

  status(nowUs: number): MjpegViewerStatus {
    const { identity, address } = this.owner;
    return { id: this.id, user: identity.user, address, ageMs: (nowUs - this.#parts.createdUs) / 1000 };
  }

  /** With the first picture; fails where there is none. */
  async response(): Promise<Response> {
    let first: Uint8Array | undefined = await this.#parts.take().catch((error: unknown) => {
      this.end();
      throw error;
    });
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: async (controller) => {
          const picture = first ?? (await this.#next());
          first = undefined;
          if (picture === undefined || this.#isOver) this.end();
          else controller.enqueue(part(picture));
        },
        cancel: () => this.end(),
      },
      { highWaterMark: 1 },
    );
    return new Response(body, { headers: MJPEG_HEADERS });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelWait?.();
    this.#parts.onEnd();
    try {
      this.#controller?.close();
    } catch {
      // the reader went away
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    await this.#wait(this.#parts.periodMs);
    while (!this.#isOver && this.#parts.mayWatch()) {
      try {
        return await this.#parts.take();
      } catch {
        await this.#wait(RETRY_MS);
      }
    }
    return undefined;
  }

  #wait(waitMs: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.scheduler.after(waitMs, resolve);
    this.#cancelWait = () => {
      cancel();
      resolve();
    };
    return promise;
  }
}

function part(picture: Uint8Array): Uint8Array {
  const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), picture, Buffer.from("\r\n")]);
}
