import { app } from "./en/app.ts";
import { control } from "./en/control.ts";
import { errors } from "./en/errors.ts";
import { live } from "./en/live.ts";
import { recordings } from "./en/recordings.ts";
import { system } from "./en/system.ts";

/** Every text of the page in English, a part a view. The other languages have the same shape, or do not compile. */
export const en = { app, errors, live, control, recordings, system };

/** The texts of the page in some language. */
export type Text = Translated<typeof en>;

/** The same texts and functions, with any words. */
type Translated<T> = T extends string
  ? string
  : T extends (...values: infer V) => string
    ? (...values: V) => string
    : { readonly [K in keyof T]: Translated<T[K]> };
