import { AppError } from "../core/errors.ts";
import { type Json, sameJson } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Permission } from "../identity/permissions.ts";
import type { SettingName } from "./keys.ts";
import { carryOut, ordersIn, withoutOrders } from "./orders.ts";
import {
  checkValue,
  keptValues,
  merged,
  notSupported,
  SETTING_NAMES,
  settingNamed,
  settingOf,
} from "./setting-check.ts";
import { describeSetting, type SettingDescription } from "./setting-description.ts";
import type { Purpose, SettingFacts, SettingOwner, SettingValues } from "./setting-owner.ts";
import { WriteBehind, type WrittenValues } from "./write-behind.ts";

/** Who changes settings. */
export interface SettingsActor {
  readonly user: string | undefined;
  readonly address: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Names the connection: what is told of a change is not told to whom made it, and moves end with it. */
  readonly client: string;
}

/** What became different, whoever did it. */
export interface SettingsChange {
  /** The values as they are now. */
  readonly values: SettingValues;
  /** The keys that were asked to change, a part of `values` where they did. */
  readonly asked: readonly SettingName[];
  /** Undefined: the device itself. */
  readonly actor: SettingsActor | undefined;
}

/** What the store is built over. */
export interface SettingsStoreOptions {
  readonly owners: readonly SettingOwner[];
  readonly table: { load(): ReadonlyMap<string, Json>; save(values: WrittenValues): void };
  readonly scheduler: Scheduler;
  readonly log: Log;
}

const NOBODY_HAS_IT: SettingFacts = { supported: false, reason: "this version does not have it" };

/** The one truth about every setting. `update` is the only way to change one; every front reads and listens here. */
export class SettingsStore {
  readonly #owners = new Map<SettingName, SettingOwner>();
  readonly #listeners = new Set<(change: SettingsChange) => void>();
  /** What listeners were last told. */
  readonly #told = new Map<SettingName, Json | undefined>();
  readonly #written: WriteBehind;
  /** The table is of others now. */
  #isOver = false;

  constructor(options: SettingsStoreOptions) {
    this.#written = new WriteBehind(options.table, options.scheduler, options.log);
    const kept = keptValues(options.table.load());
    for (const owner of options.owners) {
      for (const key of owner.keys) this.#owners.set(key, owner);
      owner.restore(new Map([...kept].filter(([key]) => owner.keys.includes(key))));
      owner.onChanged((keys) => this.#followDevice(keys));
    }
    for (const key of this.#owners.keys()) this.#told.set(key, this.read(key));
  }

  facts(key: SettingName): SettingFacts {
    return this.#owners.get(key)?.facts(key) ?? NOBODY_HAS_IT;
  }

  /** Null where the device lacks it. */
  read(key: SettingName): Json {
    const owner = this.#owners.get(key);
    return owner?.facts(key).supported ? (owner.read(key) ?? null) : null;
  }

  /** Names of the settings that may be read with these permissions; unsupported ones included. */
  readable(permissions: ReadonlySet<Permission>): readonly SettingName[] {
    return SETTING_NAMES.filter((key) => mayUse(settingOf(key).read, permissions));
  }

  /** Names of the settings that may be changed with these permissions. */
  writable(permissions: ReadonlySet<Permission>): readonly SettingName[] {
    return SETTING_NAMES.filter((key) => mayUse(settingOf(key).write, permissions));
  }

  describe(key: SettingName): SettingDescription {
    return describeSetting(key, this.facts(key));
  }

  /**
   * Changes settings, all or none, and resolves with their values as they really are once they are on disk. Keys as clients write
   * them. Orders among them are carried out before anything changes, and have their answers as values. Throws AppError `bad-request`
   * (`UNKNOWN_KEY`, `INVALID_VALUE`), `forbidden`, `not-supported`, `conflict`, `unavailable`, with the key.
   */
  async update(changes: Readonly<Record<string, unknown>>, actor: SettingsActor): Promise<SettingValues> {
    const values = this.#checked(changes, actor);
    const orders = ordersIn(values);
    if (orders.size === 0) return this.#change(values, actor, "change");
    if (this.#isOver) throw startsAnew();
    const answers = await carryOut(orders, this.#owners);
    if (orders.size === values.size) return answers;
    // checked again: what they are checked against may have changed meanwhile
    const changed = await this.#change(this.#checked(withoutOrders(changes), actor), actor, "change");
    return new Map([...answers, ...changed]);
  }

  /**
   * Restores the defaults of some settings, or of all that the device has and the actor may write, and forgets what was kept.
   * Throws as `update` does; `bad-request` for what has no default.
   */
  async reset(keys: readonly string[] | undefined, actor: SettingsActor): Promise<SettingValues> {
    const names = keys?.map((key) => this.#writable(key, actor)) ?? this.#resettable(actor);
    const values = new Map<SettingName, Json>();
    for (const name of SETTING_NAMES.filter((one) => names.includes(one))) {
      const standard = this.describe(name).default;
      if (standard === undefined) throw noDefault(name);
      values.set(name, standard);
    }
    return this.#change(values, actor, "reset");
  }

  /** Calls `listener` with every change, at once; returns how to stop that. */
  subscribe(listener: (change: SettingsChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What is kept, for a backup. */
  kept(): ReadonlyMap<string, Json> {
    return this.#written.all();
  }

  /** The table was replaced and the device starts anew: what waits is not written, and nothing is changed any more. */
  discard(): void {
    this.#isOver = true;
    this.#written.discard(startsAnew());
  }

  /** Writes what waits; to be called before the database closes. */
  close(): void {
    this.#written.flush();
  }

  #checked(changes: Readonly<Record<string, unknown>>, actor: SettingsActor): SettingValues {
    const given = new Map(Object.entries(changes).map(([key, value]) => [this.#writable(key, actor), value]));
    const values = new Map<SettingName, Json>();
    for (const name of SETTING_NAMES) {
      if (!given.has(name)) continue;
      const value = given.get(name);
      values.set(
        name,
        checkValue(name, settingOf(name).merges ? merged(this.read(name), value) : value, this.facts(name)),
      );
    }
    return values;
  }

  #writable(key: string, { permissions }: SettingsActor): SettingName {
    const name = settingNamed(key);
    const { write } = settingOf(name);
    if (write === undefined)
      throw new AppError("bad-request", "This can only be read", { errorCode: "READ_ONLY", key: name });
    if (!permissions.has(write)) {
      throw new AppError("forbidden", `${name} needs the permission ${write}`, { permission: write, key: name });
    }
    const facts = this.facts(name);
    if (!facts.supported) throw notSupported(name, facts.reason);
    return name;
  }

  #resettable({ permissions }: SettingsActor): readonly SettingName[] {
    return this.writable(permissions).filter((key) => {
      const { supported, default: standard } = this.describe(key);
      return settingOf(key).persisted && supported && standard !== undefined;
    });
  }

  async #change(values: SettingValues, actor: SettingsActor, purpose: "change" | "reset"): Promise<SettingValues> {
    if (this.#isOver) throw startsAnew();
    const undo = this.#apply(values, actor.client, purpose);
    const takeBack = () => {
      undo();
      this.#tell(this.#neighbours(values), [], undefined);
    };
    const kept = new Map<string, Json | undefined>();
    for (const [key, value] of values)
      if (settingOf(key).persisted) kept.set(key, purpose === "reset" ? undefined : value);
    try {
      this.#tell(this.#neighbours(values), [...values.keys()], actor);
    } catch (error) {
      takeBack();
      throw error;
    }
    await this.#written.write(kept, takeBack);
    return new Map([...values.keys()].map((key) => [key, this.read(key)]));
  }

  /** Owner after owner; what was applied is taken back when a later one refuses. Returns how to take all back. */
  #apply(values: SettingValues, client: string, purpose: Purpose): () => void {
    const undone: (() => void)[] = [];
    const undo = () => {
      for (const step of undone.splice(0).reverse()) step();
    };
    for (const owner of new Set([...values.keys()].map((key) => this.#owners.get(key)))) {
      if (owner === undefined) continue;
      const own = new Map([...values].filter(([key]) => owner.keys.includes(key)));
      const before = new Map<SettingName, Json>();
      for (const key of own.keys()) {
        const value = settingOf(key).read === undefined ? undefined : owner.read(key);
        if (value !== undefined) before.set(key, value);
      }
      try {
        owner.apply(own, client, purpose);
      } catch (error) {
        undo();
        throw error;
      }
      undone.push(() => takeBack(owner, before, client));
    }
    return undo;
  }

  /** The keys that may change with these: one owner's belong together, a new resolution brings its rates. */
  #neighbours(values: SettingValues): Iterable<SettingName> {
    return new Set([...values.keys()].flatMap((key) => this.#owners.get(key)?.keys ?? []));
  }

  #followDevice(keys: readonly SettingName[]): void {
    this.#tell(keys, [], undefined);
    const moved = new Map<string, Json>();
    for (const key of keys) {
      const value = settingOf(key).follows ? this.read(key) : null;
      if (value !== null) moved.set(key, value);
    }
    if (moved.size > 0 && !this.#isOver) this.#written.writeLater(moved);
  }

  #tell(keys: Iterable<SettingName>, asked: readonly SettingName[], actor: SettingsActor | undefined): void {
    const values = new Map<SettingName, Json>();
    for (const key of keys) {
      if (settingOf(key).onRequest || settingOf(key).read === undefined) continue;
      const now = this.read(key);
      if (sameJson(now, this.#told.get(key))) continue;
      this.#told.set(key, now);
      values.set(key, now);
    }
    if (values.size === 0) return;
    for (const listener of this.#listeners) listener({ values, asked, actor });
  }
}

/** A value that the hardware no longer takes cannot be restored; the others are. */
function takeBack(owner: SettingOwner, before: SettingValues, client: string): void {
  try {
    owner.apply(before, client, "undo");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

function noDefault(key: SettingName): AppError {
  return new AppError("bad-request", `${key} has no default`, { errorCode: "INVALID_VALUE", key });
}

function startsAnew(): AppError {
  return new AppError("unavailable", "The device is about to start anew; try again in a moment");
}

function mayUse(permission: Permission | undefined, held: ReadonlySet<Permission>): boolean {
  return permission !== undefined && held.has(permission);
}
