import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Json } from "../../../core/json.ts";
import { RequestError } from "../../api/request-error.ts";
import type { Page } from "../../app/page.ts";
import { areInForce, sameValue, sendValues, settable, type Values } from "./batch.ts";
import type { Desk } from "./desk.ts";
import { COMPARED, type KnobName, RULED_BY } from "./setting-groups.ts";

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
  /** What the camera was asked for. */
  let sent: Values = {};
  /** What the user has made of it. */
  let after: Values = {};
  const own = () => {
    const now = desk.values.peek();
    const free = settable({ ...now, ...after });
    const untouched: Values = withoutForeign(after, sent, now);
    return Object.fromEntries(Object.entries(untouched).filter(([key]) => key in free));
  };
  let last: Promise<unknown> = Promise.resolve();
  const putBack = () => {
    last = last
      .then(() => sendValues(http, own()))
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
    const [opened, present] = [before.peek(), desk.values.peek()];
    sent = differing(opened, present);
    after = differing(compared(present, opened), opened);
    const wanted = sent;
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
      if (state.peek() !== "after") sendValues(http, own()).catch(() => undefined);
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

/** Of `wanted` what is otherwise in `present`, with what an automatic ruled that changes. */
function differing(wanted: Values, present: Values): Values {
  const differs = (key: KnobName | undefined) => key !== undefined && !sameValue(wanted[key], present[key]);
  const isPart = (key: KnobName) => differs(key) || differs(RULED_BY[key]);
  return Object.fromEntries(Object.entries(settable(wanted)).filter(([key]) => isPart(key as KnobName)));
}

type Members = Readonly<Record<string, Json | undefined>>;

/** Of `after` what nobody else has changed: it is as it was sent, or, where that is not told yet, as it was before. */
function withoutForeign(after: Members, sent: Members, now: Members): Members {
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, value]) => {
      const [asked, present] = [sent[key], now[key]];
      // of the overlay each part by itself
      if (isStructure(value) && isStructure(asked) && isStructure(present))
        return [[key, withoutForeign(value, asked, present)]];
      const isOwn = asked === undefined || sameValue(present, asked) || sameValue(present, value);
      return isOwn ? [[key, value]] : [];
    }),
  );
}

function isStructure(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
