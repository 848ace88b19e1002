import type { Clock } from "../../../core/clock.ts";
import type { Crypto } from "../../../core/crypto-port.ts";
import { AppError } from "../../../core/errors.ts";
import type { Scheduler } from "../../../core/scheduler.ts";
import {
  DISCOVERY,
  type DiscoveryAnnouncement,
  type DiscoveryQuestion,
  readDiscoveryQuestion,
  writeDiscoveryMessage,
} from "../../../soap/discovery-message.ts";
import type { Discoverability } from "./discoverability.ts";
import { DiscoveryLimits } from "./discovery-limits.ts";
import { addressesTowards, isOwn, type Link } from "./links.ts";
import { scopeRule } from "./scope-match.ts";

/** Where a datagram came from. */
export interface Asker {
  /** With its zone where it is link-local. */
  readonly address: string;
  readonly port: number;
}

/** What answers are made from. */
export interface ResponderParts {
  readonly clock: Clock;
  readonly crypto: Pick<Crypto, "randomBytes" | "sha256Hex">;
  readonly scheduler: Scheduler;
  readonly store: { readonly instance: number; metadataVersion(hash: string): number };
  readonly device: Discoverability;
  /** As they were seen last: it is asked for each datagram. */
  readonly links: () => readonly Link[];
  /** Our service on one of our addresses. */
  readonly xAddr: (address: string) => string;
  readonly send: (text: string, to: Asker) => void;
}

/** Real Probes have 1 KB. */
const MAX_DATAGRAM = 8192;
/** All that we say is smaller. */
const MAX_ANSWER = 8192;
/** What many devices say at once, after a question or a power cut, is spread over this time (WS-Discovery, APP_MAX_DELAY). */
const MAX_DELAY_MS = 500;
/** Of the group, and where Probes to one device go. */
export const DISCOVERY_PORT = 3702;
const OWN_TYPES: readonly (string | undefined)[] = [
  `{${DISCOVERY.dn}}NetworkVideoTransmitter`,
  `{${DISCOVERY.tds}}Device`,
];

/** The rules of WS-Discovery for one device: who is answered, what with and when. Sockets bring datagrams. */
export class DiscoveryResponder {
  readonly #parts: ResponderParts;
  readonly #limits: DiscoveryLimits;
  readonly #waiting = new Set<() => void>();
  #isOver = false;
  #number = 0;

  constructor(parts: ResponderParts) {
    this.#parts = parts;
    this.#limits = new DiscoveryLimits(parts.clock);
  }

  /** Takes a datagram. Never throws: what cannot be read is passed over, as the group's other noise is. */
  receive(bytes: Uint8Array, asker: Asker): void {
    const { device, links } = this.#parts;
    if (bytes.length > MAX_DATAGRAM || !device.isDiscoverable) return;
    const now = links();
    const reachable = addressesTowards(asker.address, now);
    // our own port on our own address is this process, or a twin: they do not talk to each other
    const isSelf = asker.port === DISCOVERY_PORT && isOwn(asker.address, now);
    if (reachable.length === 0 || isSelf || asker.port === 0 || !this.#limits.mayRead(asker.address)) return;
    const question = readQuestion(bytes);
    if (question === undefined || !this.#limits.isNew(question.messageId) || !this.#concerns(question)) return;
    if (!this.#limits.mayAnswer(asker.address)) return;
    this.later(() => {
      // asked again: both may be others by now
      const addresses = addressesTowards(asker.address, links());
      if (!device.isDiscoverable || addresses.length === 0) return;
      const kind = question.kind === "Probe" ? "ProbeMatches" : "ResolveMatches";
      const text = this.message(kind, addresses, question.messageId);
      if (Buffer.byteLength(text) <= MAX_ANSWER) this.#parts.send(text, asker);
    });
  }

  /** A message of ours as of now; `addresses` are those that the reader can reach. */
  message(kind: DiscoveryAnnouncement["kind"], addresses: readonly string[], relatesTo?: string): string {
    const { device, store, xAddr, crypto } = this.#parts;
    this.#number += 1;
    return writeDiscoveryMessage({
      kind,
      target: {
        endpoint: device.endpoint,
        scopes: device.scopes.all,
        xAddrs: addresses.map(xAddr),
        metadataVersion: store.metadataVersion(this.#metadataHash()),
      },
      messageId: uuidUrn(crypto.randomBytes(16)),
      relatesTo,
      instance: store.instance,
      number: this.#number,
    });
  }

  /** What is still to be said is not, and nothing more is. */
  stop(): void {
    this.#isOver = true;
    for (const cancel of this.#waiting) cancel();
  }

  /** Over all links, so that the version does not depend on who asks. */
  #metadataHash(): string {
    const { device, links, xAddr, crypto } = this.#parts;
    const addresses = links().flatMap((link) => link.addresses.map(({ address }) => xAddr(address)));
    return crypto.sha256Hex(JSON.stringify([device.scopes.all, addresses.sort()]));
  }

  #concerns(question: DiscoveryQuestion): boolean {
    const { endpoint, scopes } = this.#parts.device;
    if (question.kind === "Resolve") return question.endpoint === endpoint;
    if (!question.types.every((type) => OWN_TYPES.includes(type))) return false;
    if (question.scopes.length === 0) return true;
    const matches = scopeRule(question.matchBy);
    // to a question of the group there is no answer that could say so
    if (matches === undefined) return false;
    const { all } = scopes;
    return question.scopes.every((asked) => all.some((own) => matches(asked, own)));
  }

  /** Runs it after a random delay, unless all stops before; the returned function cancels it. */
  later(work: () => void): () => void {
    if (this.#isOver) return () => {};
    const [a = 0, b = 0] = this.#parts.crypto.randomBytes(2);
    const end = this.#parts.scheduler.after(((a * 256 + b) % MAX_DELAY_MS) + 1, () => {
      this.#waiting.delete(cancel);
      work();
    });
    const cancel = () => {
      this.#waiting.delete(cancel);
      end();
    };
    this.#waiting.add(cancel);
    return cancel;
  }
}

function readQuestion(bytes: Uint8Array): DiscoveryQuestion | undefined {
  try {
    return readDiscoveryQuestion(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof AppError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** RFC 9562 §5.4. */
function uuidUrn(bytes: Uint8Array): string {
  const hex = bytes.toHex();
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
