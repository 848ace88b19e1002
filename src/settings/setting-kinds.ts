import * as v from "valibot";
import type { Json } from "../core/json.ts";
import type { Permission } from "../identity/permissions.ts";

/** The types that a setting's value can have, as clients see them. */
export type SettingType = "integer" | "number" | "boolean" | "string" | "object" | "array";

/** The declaration of one setting: what every front, the store and the API document follow. */
export interface Setting<T extends Json = Json> {
  readonly type: SettingType;
  /** What the key allows on any device; `SettingFacts` narrow it to this one. Messages complete "Value …": "must be between 0 and 100". */
  readonly schema: v.GenericSchema<unknown, T>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly options?: readonly (string | number)[];
  /** SI or an unmistakable word: `µs`, `K`, `kbit/s`. */
  readonly unit?: string;
  /** What a reset restores; undefined: the owner knows (the camera's own default). */
  readonly initial?: T;
  /** Undefined: cannot be read. */
  readonly read: Permission | undefined;
  /** Undefined: cannot be written. */
  readonly write: Permission | undefined;
  /** Kept over restarts. */
  readonly persisted: boolean;
  /** What the device makes of it by itself (a move) is kept too. */
  readonly follows?: boolean;
  /** Members given are merged into the present object. */
  readonly merges?: boolean;
  /** Pushed only to WebSocket clients that asked for it, at most once a second. */
  readonly onRequest?: boolean;
  /** An order: its owner carries it out, and what comes of it is the answer to whom gave it. Never a state that can be read. */
  readonly isOrder?: boolean;
}

type Options<T extends Json> = Partial<Omit<Setting<T>, "schema" | "type">>;

const DEVICE = { read: "Device_r", write: "Device_rw", persisted: true } as const;

/** A whole number within a closed range. */
export function whole(minimum: number, maximum: number, options: Options<number> = {}): Setting<number> {
  const message = `must be between ${minimum} and ${maximum}`;
  const schema = v.pipe(
    v.number("must be a whole number"),
    v.integer("must be a whole number"),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
  return { ...DEVICE, type: "integer", schema, minimum, maximum, ...options };
}

/** Any finite number within a closed range. */
export function decimal(minimum: number, maximum: number, options: Options<number> = {}): Setting<number> {
  const message = `must be between ${minimum} and ${maximum}`;
  const schema = v.pipe(
    v.number("must be a number"),
    v.finite("must be a number"),
    v.minValue(minimum, message),
    v.maxValue(maximum, message),
  );
  return { ...DEVICE, type: "number", schema, minimum, maximum, ...options };
}

/** True or false. */
export function toggle(options: Options<boolean> = {}): Setting<boolean> {
  return { ...DEVICE, type: "boolean", schema: v.boolean("must be true or false"), ...options };
}

/** One of a few words. */
export function word<const W extends string>(words: readonly W[], options: Options<W> = {}): Setting<W> {
  const schema = v.picklist(words, `must be one of ${words.join(", ")}`);
  return { ...DEVICE, type: "string", schema, options: words, ...options };
}

/** One of a few numbers. */
export function oneOf<const N extends number>(numbers: readonly N[], options: Options<N> = {}): Setting<N> {
  const schema = v.picklist(numbers, `must be one of ${numbers.join(", ")}`);
  return { ...DEVICE, type: "integer", schema, options: numbers, ...options };
}

/** `WIDTHxHEIGHT` in pixels. */
export function size(options: Options<string> = {}): Setting<string> {
  const message = "must be WIDTHxHEIGHT, such as 1920x1080";
  const schema = v.pipe(v.string(message), v.regex(/^[1-9]\d{1,3}x[1-9]\d{1,3}$/, message));
  return { ...DEVICE, type: "string", schema, ...options };
}

/** A value of a form of its own; `type` is what it mostly is. */
export function structure<T extends Json>(
  type: SettingType,
  schema: v.GenericSchema<unknown, T>,
  options: Options<T> = {},
): Setting<T> {
  return { ...DEVICE, type, schema, ...options };
}
