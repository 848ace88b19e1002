import { Base64Stream } from "./protocol/base64-stream.ts";
import { InputBuffer } from "./protocol/input-buffer.ts";
import type { Tunnel } from "./tunnel-table.ts";

/** Of all POSTs of a tunnel; as much as a client may send ahead of its answers. */
const MAX_HELD_BYTES = 256 * 1024;
/** A POST whose turn it is, that says nothing for so long while the next one waits, is gone without a word. Longer than a lost packet takes to come again. */
const TURN_LIMIT_US = 3_000_000;

/** The client's way through a tunnel: decodes what one POST brings, and holds it until the POST before has ended. */
export class TunnelPost {
  readonly tunnel: Tunnel;
  readonly beganUs: number;
  readonly #shut: () => void;
  readonly #decoder = new Base64Stream();
  readonly #held = new InputBuffer();
  #heardUs: number;
  #hasEnded = false;

  /** `shut` closes the connection of the POST. */
  constructor(tunnel: Tunnel, beganUs: number, shut: () => void) {
    this.tunnel = tunnel;
    this.#shut = shut;
    this.beganUs = beganUs;
    this.#heardUs = beganUs;
    tunnel.attach(this);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Bytes that wait for its turn. */
  get heldBytes(): number {
    return this.#held.length;
  }

  /** Hands on what `bytes` complete; false when the tunnel has to end: this is not base64, or too much. */
  receive(bytes: Uint8Array, nowUs: number): boolean {
    if (this.#hasEnded) return true;
    this.#heardUs = nowUs;
    this.#held.append(this.#decoder.decode(bytes));
    if (this.tunnel.hears(this)) this.speak();
    return !this.#decoder.isBroken && this.tunnel.heldBytes <= MAX_HELD_BYTES;
  }

  /** It is this POST's turn: says what it held. */
  speak(): void {
    const { length } = this.#held;
    const said = this.#held.view(0, length);
    this.#held.consume(length);
    this.tunnel.get.receiveTunnelled(said);
  }

  /** Housekeeping, a few times a second. */
  tick(nowUs: number): void {
    const { nextBeganUs } = this.tunnel;
    if (nextBeganUs === undefined || !this.tunnel.hears(this)) return;
    if (nowUs - Math.max(this.#heardUs, nextBeganUs) <= TURN_LIMIT_US) return;
    this.end();
    this.shut();
  }

  /** Nothing more comes; the client may open another. */
  end(): void {
    this.#hasEnded = true;
    this.tunnel.advance();
  }

  shut(): void {
    this.#shut();
  }
}
