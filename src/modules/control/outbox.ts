import type { Clock } from "../../core/clock.ts";
import type { Json } from "../../core/json.ts";
import type { SettingName } from "../../settings/keys.ts";
import type { SettingValues } from "../../settings/setting-owner.ts";

/** A WebSocket as far as sending goes. */
export interface ControlSocket {
  send(text: string): void;
  /** Bytes that the kernel has not taken yet. */
  readonly bufferedBytes: number;
  close(code: number, reason: string): void;
  /** Ends the TCP connection without a Close frame. */
  terminate(): void;
}

/** A client with more than this unsent is slow: pushes wait, newest value per key. */
const SLOW_BYTES = 64 * 1024;
/** A client that lets answers to its own questions pile up to this is ended. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Events that wait for a slow client; the oldest leave, `GET /api/events` has them all. */
const MAX_WAITING_TEXTS = 100;
const STALL_LIMIT_US = 30_000_000;

/** What goes to one client: answers at once, pushes as fast as it takes them. Bounded whatever the client does. */
export class Outbox {
  readonly #socket: ControlSocket;
  readonly #clock: Clock;
  readonly #waiting = new Map<SettingName, Json>();
  #texts: string[] = [];
  #begun = false;
  #closed = false;
  /** Unsent bytes when they were last looked at. */
  #unsentBytes = 0;
  /** Since when the client is slow and has taken nothing. */
  #stuckSinceUs: number | undefined;

  constructor(socket: ControlSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Pushes may go out from now on. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.flush();
  }

  /** Sends an answer, and pushes from then on. */
  answer(message: Readonly<Record<string, Json>>): void {
    if (this.#closed) return;
    this.#send(JSON.stringify(message));
    if (this.#unsentBytes > MAX_BUFFERED_BYTES) this.#socket.terminate();
    this.begin();
  }

  /** Pushes values; while the client is slow, newer ones of a key replace older ones. */
  push(values: SettingValues): void {
    for (const [key, value] of values) this.#waiting.set(key, value);
    this.flush();
  }

  /** Newer values of these keys go to the client as an answer: what waits of them is old. */
  forget(keys: readonly SettingName[]): void {
    for (const key of keys) this.#waiting.delete(key);
  }

  /** Pushes a finished message. */
  pushText(text: string): void {
    this.#texts = [...this.#texts, text].slice(-MAX_WAITING_TEXTS);
    this.flush();
  }

  /** Sends what waits, if the client takes it. */
  flush(): void {
    if (!this.#mayPush) return;
    if (this.#waiting.size > 0) this.#send(JSON.stringify(Object.fromEntries(this.#waiting)));
    this.#waiting.clear();
    for (const text of this.#texts.splice(0)) this.#send(text);
  }

  /** True when the client has taken nothing for half a minute; one that takes little, but goes on, is only slow. */
  get isStalled(): boolean {
    return !this.#takes() && this.#clock.monotonicUs() - (this.#stuckSinceUs ?? Infinity) > STALL_LIMIT_US;
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#texts = [];
  }

  get #mayPush(): boolean {
    return this.#begun && !this.#closed && this.#takes();
  }

  /** Whether the client takes what it gets as fast as it comes; notes when it last took anything. */
  #takes(): boolean {
    const bytes = this.#socket.bufferedBytes;
    const isFast = bytes <= SLOW_BYTES;
    if (isFast) this.#stuckSinceUs = undefined;
    else if (bytes < this.#unsentBytes || this.#stuckSinceUs === undefined)
      this.#stuckSinceUs = this.#clock.monotonicUs();
    this.#unsentBytes = bytes;
    return isFast;
  }

  /** Looked at before and after, so that what we add does not hide what the client takes. */
  #send(text: string): void {
    this.#takes();
    this.#socket.send(text);
    this.#unsentBytes = this.#socket.bufferedBytes;
  }
}
