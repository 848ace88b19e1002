import { actionFailed, invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { escapeXml } from "../../../soap/xml-writer.ts";
import type { Actor } from "../../../storage/audit-log.ts";
import type { OnvifStore } from "../../../storage/onvif-store.ts";

/** Scopes that clients may set; real ones set name and location. */
const MAX_SCOPES = 16;
/** Characters. */
const MAX_SCOPE = 128;
/** Of all together as XML writes them: every answer to a Probe has them. */
const MAX_TEXT = 4096;
/** An absolute URI (RFC 3986 §4.3). */
const SCOPE = /^[a-z][a-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/i;

/** What the device tells of itself before anybody logs in: a part is fixed, the other is clients' to set. */
export class Scopes {
  readonly fixed: readonly string[];
  readonly #store: Pick<OnvifStore, "load" | "save">;
  /** As the store has them: every Probe asks. */
  #configurable: readonly string[];
  readonly #onChanged: () => void;

  /** `defaults`: those to be set as long as nobody set any. */
  constructor(parts: {
    readonly store: Pick<OnvifStore, "load" | "save">;
    readonly fixed: readonly string[];
    readonly defaults: readonly string[];
    readonly onChanged: () => void;
  }) {
    this.fixed = parts.fixed;
    this.#store = parts.store;
    this.#configurable = (parts.store.load("scopes") as readonly string[] | undefined) ?? parts.defaults;
    this.#onChanged = parts.onChanged;
  }

  get configurable(): readonly string[] {
    return this.#configurable;
  }

  get all(): readonly string[] {
    return [...this.fixed, ...this.configurable];
  }

  /** In place of all that can be set; fixed ones among them stay as they are. Throws SoapFault. */
  replace(actor: Actor, scopes: readonly string[]): void {
    this.#save(actor, scopes);
  }

  /** Throws SoapFault. */
  add(actor: Actor, scopes: readonly string[]): void {
    this.#save(actor, [...this.configurable, ...scopes]);
  }

  /** All or none. Throws SoapFault FixedScope, NoScope. */
  remove(actor: Actor, scopes: readonly string[]): void {
    const { configurable } = this;
    for (const scope of scopes) {
      if (this.fixed.includes(scope))
        throw new SoapFault("Sender", ["ter:OperationProhibited", "ter:FixedScope"], "A fixed scope cannot be removed");
      if (!configurable.includes(scope)) throw invalidArgument("ter:NoScope", "There is no such scope");
    }
    this.#save(
      actor,
      configurable.filter((scope) => !scopes.includes(scope)),
    );
  }

  #save(actor: Actor, scopes: readonly string[]): void {
    const wanted = [...new Set(scopes)].filter((scope) => !this.fixed.includes(scope));
    if (wanted.some((scope) => scope.length > MAX_SCOPE || !SCOPE.test(scope)))
      throw invalidArgument(undefined, `A scope is an absolute URI of at most ${MAX_SCOPE} characters`);
    if (wanted.length > MAX_SCOPES || escapeXml(wanted.join(" ")).length > MAX_TEXT)
      throw actionFailed("ter:TooManyScopes", `There is room for ${MAX_SCOPES} scopes beside the fixed ones`);
    this.#store.save(actor, "scopes", wanted);
    this.#configurable = wanted;
    this.#onChanged();
  }
}
