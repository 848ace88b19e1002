import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Json } from "../../core/json.ts";
import type { SETTINGS, SettingName } from "../../settings/keys.ts";
import type { Setting } from "../../settings/setting-kinds.ts";
import { RequestError } from "./request-error.ts";
import type { Message } from "./socket.ts";

/** What a setting holds. */
export type SettingValue<K extends SettingName> = (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;

/** What a setting takes: of structures also a part. */
export type SettingInput<K extends SettingName> =
  SettingValue<K> extends readonly Json[] | string | number | boolean ? SettingValue<K> : Partial<SettingValue<K>>;

/** The device's settings and state, as the camera last told them. */
export interface Settings {
  /** Whether the camera has told everything once since the page is connected. */
  readonly isKnown: ReadonlySignal<boolean>;
  /** Follows whoever changes it; undefined: not supported here, not readable, or not known yet. */
  value<K extends SettingName>(key: K): ReadonlySignal<SettingValue<K> | undefined>;
  /** Shows the value at once and sends it, one message a key at a time, the newest next. Rejects with a `RequestError`, and the old value is back. */
  set<K extends SettingName>(key: K, value: SettingInput<K>): Promise<void>;
  /** Likewise for what is no state, such as `ptz` and `snap`; resolves with the answer. */
  order<K extends SettingName>(key: K, value: SettingInput<K>): Promise<Message>;
}

/** `Settings` with what feeds them. */
export interface FedSettings extends Settings {
  /** Changes that the camera tells. */
  take(values: Message): void;
  /** Everything there is: what is not in it is not supported. */
  replace(values: Message): void;
  /** The connection is lost. */
  forget(): void;
}

/** What somebody wants a key to be, and waits for. */
interface Wish {
  readonly value: Json;
  readonly answer: PromiseWithResolvers<Message>;
}

/** A key that is being changed. */
interface Change {
  /** What the camera last said it is. */
  confirmed: Json | undefined;
  /** To send next, as one. */
  wishes: readonly Wish[];
  /** Whether parts of a structure add up; otherwise only the newest wish counts. */
  readonly addsUp: boolean;
}

/** `send` carries a change to the camera and resolves with its answer. */
export function createSettings(send: (changes: Message) => Promise<Message>): FedSettings {
  const values = new Map<string, Signal<Json | undefined>>();
  const changes = new Map<string, Change>();
  const isKnown = signal(false);
  const signalOf = (key: string) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    const fresh = signal<Json | undefined>(undefined);
    values.set(key, fresh);
    return fresh;
  };
  const tell = (key: string, value: Json | undefined) => {
    const change = changes.get(key);
    if (change === undefined) signalOf(key).value = value;
    else change.confirmed = value;
  };
  const grant = async (key: string, change: Change, wishes: readonly Wish[]): Promise<void> => {
    const value = wishes
      .map((wish) => wish.value)
      .reduce((before, newer) => (change.addsUp ? merged(before, newer) : newer));
    try {
      const answer = await send({ [key]: value });
      if (answer[key] !== undefined) change.confirmed = answer[key];
      for (const wish of wishes) wish.answer.resolve(answer);
    } catch (error) {
      const parts = change.addsUp && isRefusal(error) ? lasting(wishes) : [];
      // one part that the camera refuses takes no other along
      const isApart = parts.length > 1;
      for (const wish of wishes) if (!isApart || !parts.includes(wish)) wish.answer.reject(error);
      if (isApart) for (const part of parts) await grant(key, change, [part]);
    }
  };
  /** Sends what is wished for a key until nothing is. */
  const pump = async (key: string, change: Change) => {
    while (change.wishes.length > 0) {
      const { wishes } = change;
      change.wishes = [];
      await grant(key, change, wishes);
    }
    changes.delete(key);
    signalOf(key).value = change.confirmed;
  };
  const wish = (key: string, value: Json, addsUp: boolean): Promise<Message> => {
    const present = changes.get(key) ?? { confirmed: signalOf(key).peek(), wishes: [], addsUp };
    const answer = Promise.withResolvers<Message>();
    present.wishes = [...present.wishes, { value, answer }];
    if (!changes.has(key)) {
      changes.set(key, present);
      void pump(key, present);
    }
    return answer.promise;
  };
  return {
    isKnown,
    value: <K extends SettingName>(key: K) => signalOf(key) as ReadonlySignal<SettingValue<K> | undefined>,
    set: async (key, value) => {
      const shown = signalOf(key);
      const answer = wish(key, value as Json, true);
      shown.value = merged(shown.peek(), value as Json);
      await answer;
    },
    order: (key, value) => wish(key, value as Json, false),
    take(told) {
      for (const [key, value] of Object.entries(told)) tell(key, value ?? undefined);
    },
    replace(told) {
      for (const key of new Set([...values.keys(), ...Object.keys(told)])) tell(key, told[key] ?? undefined);
      isKnown.value = true;
    },
    forget() {
      isKnown.value = false;
    },
  };
}

/** Codes of what is wrong with a value, not with asking. */
const REFUSALS: readonly string[] = ["INVALID_VALUE", "NOT_SUPPORTED", "CONFLICT"];

function isRefusal(error: unknown): boolean {
  return error instanceof RequestError && REFUSALS.includes(error.failure.code);
}

/** The wishes of which something is left after those that came later: of a slider that is drawn, the last. */
function lasting(wishes: readonly Wish[]): readonly Wish[] {
  const later = new Set<string>();
  return wishes
    .toReversed()
    .filter(({ value }) => {
      const names = isStructure(value) ? Object.keys(value) : [""];
      const isLasting = names.some((name) => !later.has(name));
      for (const name of names) later.add(name);
      return isLasting;
    })
    .reverse();
}

/** Parts of a structure add up; of anything else the newest counts. */
function merged(before: Json | undefined, value: Json): Json {
  return isStructure(before) && isStructure(value) ? { ...before, ...value } : value;
}

function isStructure(value: Json | undefined): value is { readonly [name: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
