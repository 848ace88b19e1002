import { expect, test } from "bun:test";
import { signal } from "@preact/signals";
import type { Page } from "../../../../../src/web/app/page.ts";
import type { Values } from "../../../../../src/web/views/control/batch.ts";
import { createComparison } from "../../../../../src/web/views/control/comparison.ts";
import type { Desk } from "../../../../../src/web/views/control/desk.ts";

const OVERLAY = { enabled: true, position: "top-left", format: "", text: "" };
const OPENED: Values = { brightness: 50, contrast: 50, "auto-exposure": false, exposure: 300, overlay: OVERLAY };

/** A comparison over a camera that takes everything; `asked` is what it was asked for. */
function compare(made: Values) {
  const asked: Values[] = [];
  const values = signal<Values>({ ...OPENED, ...made });
  const change = (more: Values) => {
    values.value = { ...values.value, ...more };
  };
  const http = {
    request: async (_path: string, { body }: { readonly body: string }) => {
      const wanted: Values = JSON.parse(body);
      asked.push(wanted);
      const overlay = { ...(values.value.overlay as object), ...(wanted.overlay as object | undefined) };
      change({ ...wanted, overlay });
    },
  };
  const page = { http, control: { link: { state: signal("open") } } };
  const comparison = createComparison(page as unknown as Page, { opened: signal(OPENED), values } as unknown as Desk);
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return {
    asked,
    values,
    /** Shows before and goes back; others do `meanwhile`. */
    async hold(meanwhile: Values = {}) {
      comparison.press();
      await settled();
      change(meanwhile);
      comparison.release();
      await settled();
      expect(comparison.state.value).toBe("after");
    },
  };
}

test("what differs is sent there and back, and nothing else", async () => {
  const { asked, hold } = compare({ brightness: 80 });
  await hold({ contrast: 33 });
  expect(asked).toEqual([{ brightness: 50 }, { brightness: 80 }]);
});

test("what somebody else sets meanwhile stays, of the overlay too", async () => {
  const { values, hold } = compare({ brightness: 80, contrast: 60, overlay: { ...OVERLAY, text: "mine" } });
  await hold({ contrast: 33, overlay: { ...OVERLAY, position: "bottom-right" } });
  expect(values.value).toMatchObject({
    brightness: 80,
    contrast: 33,
    overlay: { ...OVERLAY, position: "bottom-right", text: "mine" },
  });
});

test("what an automatic ruled goes with it, and is left to one that is on now", async () => {
  const { asked, hold } = compare({ "auto-exposure": true, exposure: 300 });
  await hold();
  expect(asked).toEqual([{ "auto-exposure": false, exposure: 300 }, { "auto-exposure": true }]);
  const other = compare({ exposure: 900, brightness: 80 });
  await other.hold({ "auto-exposure": true });
  expect(other.asked).toEqual([{ exposure: 300, brightness: 50 }, { brightness: 80 }]);
});
