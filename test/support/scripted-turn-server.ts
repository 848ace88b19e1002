import {
  FIRST_CHANNEL,
  formatChannelMessage,
  LAST_CHANNEL,
  readChannelMessage,
} from "../../src/ice/channel-message.ts";
import { addressKey, type TransportAddress } from "../../src/ice/ip-address.ts";
import {
  attributeOf,
  hasIntegrity,
  parseStun,
  STUN_ATTRIBUTE,
  STUN_METHOD,
  type StunMessage,
  textOf,
  uint32Of,
  xorAddressOf,
} from "../../src/ice/stun-message.ts";
import { StunWriter } from "../../src/ice/stun-writer.ts";
import { crypto } from "./ice-network.ts";

const REALM = "example.org";

/** Credentials that the server takes. */
export const TURN_LOGIN = { username: "camera", password: "of the camera" };

/** A TURN server after RFC 8656 for one client, without sockets: bytes in, bytes out. Tests make it lie, refuse and change its mind. */
export class ScriptedTurnServer {
  nonce = "first";
  relayed: TransportAddress = { address: "203.0.113.9", port: 50_000 };
  lifetimeS: number | undefined = 600;
  /** Methods that are refused, and how. */
  readonly errors = new Map<number, number>();
  /** What answers are sealed with in place of the right key; null: nothing. */
  seal: Uint8Array | null | undefined;
  /** Methods of the requests that were authentic, in the order they came. */
  readonly heard: number[] = [];
  readonly permitted = new Set<string>();
  readonly channels = new Map<number, TransportAddress>();
  readonly relayedData: { readonly peer: TransportAddress; readonly text: string }[] = [];
  lastLifetime: number | undefined;

  /** Takes a message of the client; returns the answer where there is one. */
  receive(bytes: Uint8Array): Uint8Array | undefined {
    const data = readChannelMessage(bytes);
    if (data !== undefined) {
      const peer = this.channels.get(data.channel);
      if (peer !== undefined) this.#relay(peer, data.data);
      return undefined;
    }
    const message = parseStun(bytes);
    if (message === undefined) throw new Error("the client sent what is no STUN");
    if (message.class === "indication") {
      const peer = xorAddressOf(message, STUN_ATTRIBUTE.xorPeerAddress);
      const content = attributeOf(message, STUN_ATTRIBUTE.data);
      if (peer !== undefined && content !== undefined && this.permitted.has(peer.address)) this.#relay(peer, content);
      return undefined;
    }
    return this.#answer(message);
  }

  /** What the server sends to the client when a peer sends to the relay; undefined: it does not let it through. */
  fromPeer(peer: TransportAddress, text: string): Uint8Array | undefined {
    if (!this.permitted.has(peer.address)) return undefined;
    const data = new TextEncoder().encode(text);
    for (const [channel, bound] of this.channels)
      if (addressKey(bound) === addressKey(peer)) return formatChannelMessage({ channel, data }, false);
    return new StunWriter("indication", STUN_METHOD.data, crypto.randomBytes(12))
      .addXorAddress(STUN_ATTRIBUTE.xorPeerAddress, peer)
      .add(STUN_ATTRIBUTE.data, data)
      .finish(undefined, crypto);
  }

  #answer(message: StunMessage): Uint8Array {
    const key = Uint8Array.fromHex(crypto.md5Hex(`${TURN_LOGIN.username}:${REALM}:${TURN_LOGIN.password}`));
    const refuse = (error: number) => this.#challenge(message, error);
    if (!hasIntegrity(message, key, crypto) || textOf(message, STUN_ATTRIBUTE.username) !== TURN_LOGIN.username)
      return refuse(401);
    if (textOf(message, STUN_ATTRIBUTE.nonce) !== this.nonce) return refuse(438);
    this.heard.push(message.method);
    const error = this.errors.get(message.method);
    if (error !== undefined) return this.#challenge(message, error, key);
    const writer = new StunWriter("success", message.method, message.transactionId);
    this.#fill(message, writer);
    return writer.finish(this.seal === null ? undefined : (this.seal ?? key), crypto);
  }

  #fill(message: StunMessage, writer: StunWriter): void {
    const peer = xorAddressOf(message, STUN_ATTRIBUTE.xorPeerAddress);
    if (message.method === STUN_METHOD.allocate) {
      writer.addXorAddress(STUN_ATTRIBUTE.xorRelayedAddress, this.relayed);
      writer.addXorAddress(STUN_ATTRIBUTE.xorMappedAddress, { address: "192.0.2.5", port: 4000 });
    }
    if (message.method === STUN_METHOD.refresh) this.lastLifetime = uint32Of(message, STUN_ATTRIBUTE.lifetime);
    if (this.lifetimeS !== undefined) writer.addUint32(STUN_ATTRIBUTE.lifetime, this.lifetimeS);
    if (peer === undefined) return;
    this.permitted.add(peer.address);
    const channel = (uint32Of(message, STUN_ATTRIBUTE.channelNumber) ?? 0) >>> 16;
    if (channel >= FIRST_CHANNEL && channel <= LAST_CHANNEL) this.channels.set(channel, peer);
  }

  #challenge(message: StunMessage, error: number, key?: Uint8Array): Uint8Array {
    const writer = new StunWriter("error", message.method, message.transactionId).addError(error, "no");
    writer.addText(STUN_ATTRIBUTE.realm, REALM).addText(STUN_ATTRIBUTE.nonce, this.nonce);
    return writer.finish(this.seal === null ? undefined : key, crypto);
  }

  #relay(peer: TransportAddress, data: Uint8Array): void {
    this.relayedData.push({ peer, text: new TextDecoder().decode(data) });
  }
}
