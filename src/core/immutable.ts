/** A value whose members and elements cannot be assigned, at any depth; for types that are inferred from schemas. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;
