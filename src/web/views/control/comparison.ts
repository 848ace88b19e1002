import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { RequestError } from "../../api/request-error.ts";
import type { Page } from "../../app/page.ts";
import { areInForce, sendValues, type Values } from "./batch.ts";
import type { Desk } from "./desk.ts";
import { COMPARED } from "./setting-groups.ts";

/** Before and after by holding: the values of when the view was opened, as long as it lasts. */
export interface Comparison {
  /** `stuck`: the camera was not told to go back yet; that is tried again when it is there. */
  readonly state: ReadonlySignal<"after" | "before" | "stuck">;
  /** Why it is stuck. */
  readonly error: ReadonlySignal<unknown>;
  /** Whether before and after differ. */
  readonly isWorth: ReadonlySignal<boolean>;
  press(): void;
  release(): void;
  /** Likewise while the page goes away: nothing can be waited for. */
  leave(): void;
  /** Goes back, if it has to, and ends. */
  close(): void;
}

/** Makes the comparison for a desk. */
export function createComparison({ http, control, report }: Page, desk: Desk): Comparison {
  const state = signal<Comparison["state"]["value"]>("after");
  const error = signal<unknown>(undefined);
  const before = computed(() => compared(desk.opened.value ?? {}, desk.values.value));
  /** What the user has made of it. */
  let after: Values = {};
  let last: Promise<unknown> = Promise.resolve();
  const putBack = () => {
    last = last
      .then(() => sendValues(http, after))
      .then(
        () => {
          state.value = "after";
        },
        (refused: unknown) => {
          state.value = "stuck";
          error.value = refused;
        },
      );
  };
  const press = () => {
    if (state.peek() !== "after") return;
    state.value = "before";
    after = compared(desk.values.peek(), before.peek());
    const wanted = before.peek();
    last = last
      .then(() => sendValues(http, wanted))
      .catch((refused: unknown) => {
        report(refused);
        // what the camera answered with a refusal did not change anything
        if (refused instanceof RequestError && refused.failure.status !== undefined) after = {};
      });
  };
  const release = () => {
    if (state.peek() !== "after") putBack();
  };
  const stop = effect(() => {
    if (control.link.state.value === "open" && state.peek() === "stuck") putBack();
  });
  return {
    state,
    error,
    isWorth: computed(() => !areInForce(before.value, desk.values.value)),
    press,
    release,
    leave() {
      if (state.peek() !== "after") sendValues(http, after).catch(() => undefined);
    },
    close() {
      stop();
      release();
    },
  };
}

/** Of `values` what takes part and is in `present` too: a camera that was changed meanwhile cannot do more. */
function compared(values: Values, present: Values): Values {
  return Object.fromEntries(
    COMPARED.flatMap((key) => {
      const value = values[key];
      return value === undefined || present[key] === undefined ? [] : [[key, value]];
    }),
  );
}
