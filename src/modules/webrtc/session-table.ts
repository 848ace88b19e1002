import { AppError } from "../../core/errors.ts";
import { addressKey } from "../../ice/ip-address.ts";
import { limitedAddress } from "../../identity/network-address.ts";
import type { SessionOwner, WebRtcSession } from "./session.ts";
import type { Arrival } from "./sockets.ts";

/** Offers that wait for an answer, in all and of one user or address (contract webrtc.md). */
export const MAX_OFFERS = 32;
/** See MAX_OFFERS. */
export const MAX_OFFERS_OF_OWNER = 8;
/** Browsers give a sign of life every 4 to 6 seconds (RFC 7675 §5.1): after this another one has the address of one that vanished. */
const HELD_MS = 8000;
/** Ended sessions whose explanation can still be read. */
const MAX_ENDED = 32;

/** What limits count by: the user, or where nobody logged in the address. */
export function ownerKey({ identity, address }: SessionOwner): string {
  return identity.user === undefined ? `address ${limitedAddress(address)}` : `user ${identity.user}`;
}

/** All sessions, by whatever names them. */
export class SessionTable {
  readonly #byId = new Map<string, WebRtcSession>();
  readonly #byUfrag = new Map<string, WebRtcSession>();
  readonly #byAddress = new Map<string, WebRtcSession>();
  /** Newest last. */
  readonly #ended = new Map<string, WebRtcSession>();

  /** In the order they came. */
  all(): readonly WebRtcSession[] {
    return [...this.#byId.values()];
  }

  /** Those that were answered: they connect or play. */
  viewers(): readonly WebRtcSession[] {
    return this.all().filter(({ terms }) => terms !== undefined);
  }

  /** Throws AppError `limit-reached` (`VIEWER_LIMIT`) when `most` viewers are there; 0: no limit. */
  demandRoom(most: number): void {
    if (most === 0 || this.viewers().length < most) return;
    throw new AppError("limit-reached", `There are already ${most} WebRTC viewers, as many as this camera allows`, {
      errorCode: "VIEWER_LIMIT",
      limit: most,
    });
  }

  /** Ends the oldest offers, so that another one of `owner` fits. */
  makeRoomForOffer(owner: SessionOwner): void {
    const offers = this.all().filter(({ terms }) => terms === undefined);
    const own = offers.filter((session) => ownerKey(session.owner) === ownerKey(owner));
    const reason = "newer offers took its place";
    for (const session of own.slice(0, Math.max(0, own.length - MAX_OFFERS_OF_OWNER + 1))) session.end(reason);
    const left = offers.filter(({ endReason }) => endReason === undefined);
    for (const session of left.slice(0, Math.max(0, left.length - MAX_OFFERS + 1))) session.end(reason);
  }

  add(session: WebRtcSession): void {
    this.#byId.set(session.id, session);
    this.learnUfrags(session);
  }

  /** Takes notice of credentials that a session got. */
  learnUfrags(session: WebRtcSession): void {
    for (const [ufrag, owner] of this.#byUfrag) {
      if (owner === session && !session.ufrags.includes(ufrag)) this.#byUfrag.delete(ufrag);
    }
    for (const ufrag of session.ufrags) this.#byUfrag.set(ufrag, session);
  }

  /** An address that gave an authentic check speaks for the session; while another one plays and is heard of, that one keeps it. */
  learnAddress(session: WebRtcSession, { path, remote }: Arrival): void {
    const key = `${path.id} ${addressKey(remote)}`;
    const known = this.#byAddress.get(key);
    const isHeld = known?.state === "playing" && known.silenceMs < HELD_MS;
    if (!isHeld) this.#byAddress.set(key, session);
  }

  find(id: string): WebRtcSession | undefined {
    return this.#byId.get(id);
  }

  /** Running or lately ended. */
  findOrRecall(id: string): WebRtcSession | undefined {
    return this.#byId.get(id) ?? this.#ended.get(id);
  }

  findByUfrag(ufrag: string): WebRtcSession | undefined {
    return this.#byUfrag.get(ufrag);
  }

  findByAddress({ path, remote }: Arrival): WebRtcSession | undefined {
    return this.#byAddress.get(`${path.id} ${addressKey(remote)}`);
  }

  /** Takes an ended session out. */
  remove(session: WebRtcSession): void {
    this.#byId.delete(session.id);
    for (const index of [this.#byUfrag, this.#byAddress])
      for (const [key, owner] of index) if (owner === session) index.delete(key);
    // offers that nobody answered explain nothing
    if (session.terms === undefined) return;
    this.#ended.set(session.id, session);
    for (const id of this.#ended.keys()) {
      if (this.#ended.size <= MAX_ENDED) break;
      this.#ended.delete(id);
    }
  }
}
