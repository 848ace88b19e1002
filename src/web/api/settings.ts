import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Json } from "../../core/json.ts";
import type { SETTINGS, SettingName } from "../../settings/keys.ts";
import type { Setting } from "../../settings/setting-kinds.ts";
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

/** A key that is being changed. */
interface Change {
  /** What the camera last said it is. */
  confirmed: Json | undefined;
  /** To send next; undefined: nothing. */
  next: Json | undefined;
  waiters: PromiseWithResolvers<Message>[];
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
  /** Sends the newest wish for a key until there is none. */
  const pump = async (key: string, change: Change) => {
    while (change.next !== undefined) {
      const { next, waiters } = change;
      change.next = undefined;
      change.waiters = [];
      try {
        const answer = await send({ [key]: next });
        if (answer[key] !== undefined) change.confirmed = answer[key];
        for (const { resolve } of waiters) resolve(answer);
      } catch (error) {
        for (const { reject } of waiters) reject(error);
      }
    }
    changes.delete(key);
    signalOf(key).value = change.confirmed;
  };
  const change = (key: string, value: Json, isState: boolean): Promise<Message> => {
    const shown = signalOf(key);
    const present = changes.get(key) ?? { confirmed: shown.peek(), next: undefined, waiters: [] };
    const waiter = Promise.withResolvers<Message>();
    present.waiters.push(waiter);
    // parts of a structure add up, orders replace each other
    present.next = isState ? merged(present.next, value) : value;
    if (isState) shown.value = merged(shown.peek(), value);
    if (!changes.has(key)) {
      changes.set(key, present);
      void pump(key, present);
    }
    return waiter.promise;
  };
  return {
    isKnown,
    value: <K extends SettingName>(key: K) => signalOf(key) as ReadonlySignal<SettingValue<K> | undefined>,
    set: async (key, value) => {
      await change(key, value as Json, true);
    },
    order: (key, value) => change(key, value as Json, false),
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

function merged(before: Json | undefined, value: Json): Json {
  return isStructure(before) && isStructure(value) ? { ...before, ...value } : value;
}

function isStructure(value: Json | undefined): value is { readonly [name: string]: Json | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
