import type { AppError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { SettingName } from "../../src/settings/keys.ts";
import type { Purpose, SettingFacts, SettingOwner, SettingValues } from "../../src/settings/setting-owner.ts";

/** A device part whose values a test sees and moves: rounds brightness to tens, as coarse hardware does. */
export interface ManualOwner extends SettingOwner {
  readonly values: Map<SettingName, Json>;
  readonly restored: SettingValues[];
  readonly clients: string[];
  /** Why values were applied. */
  readonly purposes: Purpose[];
  /** Orders that were carried out. */
  readonly orders: Json[];
  /** The next `apply` or `carryOut` is refused. */
  refuse(error: AppError): void;
  /** The device changes a value by itself. */
  change(key: SettingName, value: Json): void;
}

export function createManualOwner(
  initial: Readonly<Partial<Record<SettingName, Json>>>,
  facts: Readonly<Partial<Record<SettingName, SettingFacts>>> = {},
): ManualOwner {
  const values = new Map(Object.entries(initial) as [SettingName, Json][]);
  const listeners = new Set<(keys: readonly SettingName[]) => void>();
  const restored: SettingValues[] = [];
  const clients: string[] = [];
  const purposes: Purpose[] = [];
  const orders: Json[] = [];
  let refusal: AppError | undefined;
  const mayRefuse = () => {
    const error = refusal;
    refusal = undefined;
    if (error !== undefined) throw error;
  };
  return {
    values,
    restored,
    clients,
    purposes,
    orders,
    keys: [...values.keys()],
    facts: (key) => facts[key] ?? { supported: true },
    read: (key) => values.get(key),
    apply(wanted, client, purpose) {
      mayRefuse();
      clients.push(client);
      purposes.push(purpose);
      for (const [key, value] of wanted) {
        values.set(key, key === "brightness" && typeof value === "number" ? Math.round(value / 10) * 10 : value);
      }
    },
    async carryOut(key, value) {
      mayRefuse();
      orders.push(value);
      return `${key}-${orders.length}`;
    },
    restore(wanted) {
      restored.push(wanted);
      for (const [key, value] of wanted) values.set(key, value);
    },
    onChanged: (listener) => void listeners.add(listener),
    refuse(error) {
      refusal = error;
    },
    change(key, value) {
      values.set(key, value);
      for (const listener of listeners) listener([key]);
    },
  };
}
