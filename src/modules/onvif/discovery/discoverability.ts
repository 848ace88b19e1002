import type { Actor } from "../../../storage/audit-log.ts";
import type { OnvifStore } from "../../../storage/onvif-store.ts";
import { Scopes } from "./scopes.ts";

/** What the device tells the network about itself, and whether it does. */
export class Discoverability {
  /** `urn:uuid:…` */
  readonly endpoint: string;
  readonly scopes: Scopes;
  readonly #store: OnvifStore;
  /** As the store has it: every datagram asks. */
  #isDiscoverable: boolean;
  readonly #listeners = new Set<() => void>();

  constructor(store: OnvifStore, scopes: { readonly fixed: readonly string[]; readonly defaults: readonly string[] }) {
    this.#store = store;
    this.#isDiscoverable = store.load("discovery_mode") !== "NonDiscoverable";
    this.endpoint = store.endpoint;
    this.scopes = new Scopes({ store, ...scopes, onChanged: () => this.#tell() });
  }

  get isDiscoverable(): boolean {
    return this.#isDiscoverable;
  }

  setDiscoverable(actor: Actor, isDiscoverable: boolean): void {
    this.#store.save(actor, "discovery_mode", isDiscoverable ? "Discoverable" : "NonDiscoverable");
    this.#isDiscoverable = isDiscoverable;
    this.#tell();
  }

  /** Called after scopes or mode were set; the returned function ends it. */
  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
