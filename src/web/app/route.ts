import { computed, type ReadonlySignal, signal } from "@preact/signals";

/** Where in the page we are. It stands behind `#` in the address, so that the camera need not know it and a reload keeps it. */
export interface Route {
  /** `["system", "users"]` for `#/system/users`; empty: the live picture. */
  readonly segments: ReadonlySignal<readonly string[]>;
}

/** Follows the address. */
export function createRoute(): Route {
  const hash = signal(location.hash);
  addEventListener("hashchange", () => {
    hash.value = location.hash;
  });
  return { segments: computed(() => segmentsOf(hash.value)) };
}

/** The address of a place, for links and `location.hash`. */
export function hashOf(...segments: readonly string[]): string {
  return `#/${segments.map(encodeURIComponent).join("/")}`;
}

/** The places that an address's `#` part names, from the outermost. */
export function segmentsOf(hash: string): readonly string[] {
  return hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter((segment) => segment !== "")
    .map(decoded);
}

/** Whoever types an address may type anything. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
