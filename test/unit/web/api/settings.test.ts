import { expect, test } from "bun:test";
import { RequestError } from "../../../../src/web/api/request-error.ts";
import { createSettings } from "../../../../src/web/api/settings.ts";
import type { Message } from "../../../../src/web/api/socket.ts";

/** A camera that answers when told to. */
function camera() {
  const asked: (PromiseWithResolvers<Message> & { readonly changes: Message })[] = [];
  const settings = createSettings((changes) => {
    const request = { ...Promise.withResolvers<Message>(), changes };
    asked.push(request);
    return request.promise;
  });
  settings.replace({ brightness: 50, overlay: { enabled: false, text: "a" } });
  return { asked, settings, brightness: settings.value("brightness") };
}

test("a value shows at once, and what the camera made of it when it answers", async () => {
  const { asked, settings, brightness } = camera();
  const done = settings.set("brightness", 61);
  expect(brightness.value).toBe(61);
  asked[0]?.resolve({ brightness: 60 });
  await done;
  expect(brightness.value).toBe(60);
});

test("one message a key is under way; of the wishes meanwhile the newest follows", async () => {
  const { asked, settings, brightness } = camera();
  const wishes = [51, 52, 53, 54].map((wish) => settings.set("brightness", wish));
  expect(asked.map(({ changes }) => changes)).toEqual([{ brightness: 51 }]);
  settings.take({ brightness: 51 });
  expect(brightness.value).toBe(54);
  asked[0]?.resolve({ brightness: 51 });
  await wishes[0];
  expect([asked.map(({ changes }) => changes), brightness.value]).toEqual([
    [{ brightness: 51 }, { brightness: 54 }],
    54,
  ]);
  asked[1]?.resolve({ brightness: 54 });
  await Promise.all(wishes);
});

test("a refused value goes back to what the camera last said, not to what was shown", async () => {
  const { asked, settings, brightness } = camera();
  const done = settings.set("brightness", 90);
  settings.take({ brightness: 20 }); // somebody else
  asked[0]?.reject(new RequestError({ code: "FORBIDDEN", sentence: "no" }));
  expect(done).rejects.toThrow("no");
  await done.catch(() => undefined);
  expect(brightness.value).toBe(20);
});

test("parts of a structure add up, orders replace each other", async () => {
  const { asked, settings } = camera();
  void settings.set("overlay", { enabled: true });
  void settings.set("overlay", { text: "b" });
  void settings.set("overlay", { position: "top-left" });
  expect(settings.value("overlay").value as unknown).toEqual({ enabled: true, text: "b", position: "top-left" });
  asked[0]?.resolve({ overlay: { enabled: true, text: "a" } });
  void settings.order("ptz", { move: { pan: 1 } });
  void settings.order("ptz", { move: { pan: 0.5 } });
  void settings.order("ptz", { stop: true });
  asked[1]?.resolve({});
  await Bun.sleep(0);
  expect(asked.map(({ changes }) => changes)).toEqual([
    { overlay: { enabled: true } },
    { ptz: { move: { pan: 1 } } },
    { overlay: { text: "b", position: "top-left" } },
    { ptz: { stop: true } },
  ]);
});

test("a part that the camera refuses takes no other along", async () => {
  const { asked, settings } = camera();
  const parts = [{ enabled: true }, { text: "b" }, { format: "%Q" }, { position: "top-left" }] as const;
  const wishes = Promise.allSettled(parts.map((part) => settings.set("overlay", part)));
  asked[0]?.resolve({ overlay: { enabled: true, text: "a" } });
  await Bun.sleep(0);
  asked[1]?.reject(new RequestError({ code: "INVALID_VALUE", sentence: "no" }));
  for (const [index, answer] of [{ text: "b" }, undefined, { text: "b", position: "top-left" }].entries()) {
    await Bun.sleep(0);
    const request = asked[index + 2];
    if (answer === undefined)
      request?.reject(new RequestError({ code: "INVALID_VALUE", sentence: "no such conversion" }));
    else request?.resolve({ overlay: { enabled: true, ...answer } });
  }
  expect(await wishes).toMatchObject([
    { status: "fulfilled" },
    { status: "fulfilled" },
    { status: "rejected", reason: { message: "no such conversion" } },
    { status: "fulfilled" },
  ]);
  expect(asked.slice(1).map(({ changes }) => changes)).toEqual([
    { overlay: { text: "b", format: "%Q", position: "top-left" } },
    { overlay: { text: "b" } },
    { overlay: { format: "%Q" } },
    { overlay: { position: "top-left" } },
  ]);
  expect(settings.value("overlay").value as unknown).toEqual({ enabled: true, text: "b", position: "top-left" });
});

test("of a slider that was drawn and refused nothing is sent again", async () => {
  const { asked, settings } = camera();
  const wishes = Promise.allSettled([1, 2, 3, 4].map((speed) => settings.set("rotor", { speed })));
  asked[0]?.resolve({});
  await Bun.sleep(0);
  asked[1]?.reject(new RequestError({ code: "CONFLICT", sentence: "not now" }));
  expect((await wishes).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
  expect(asked.map(({ changes }) => changes)).toEqual([{ rotor: { speed: 1 } }, { rotor: { speed: 4 } }]);
});

test("wishes that no answer came to are not sent again one by one", async () => {
  const { asked, settings } = camera();
  const wishes = [{ enabled: true }, { text: "b" }, { text: "c" }].map((wish) => settings.set("overlay", wish));
  asked[0]?.resolve({});
  await Bun.sleep(0);
  asked[1]?.reject(new RequestError({ code: "NETWORK", sentence: "" }));
  expect((await Promise.allSettled(wishes)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(asked).toHaveLength(2);
});

test("what the camera leaves out when it tells everything is not supported", () => {
  const { settings, brightness } = camera();
  settings.replace({ contrast: 1 });
  expect([brightness.value, settings.value("contrast").value, settings.isKnown.value]).toEqual([undefined, 1, true]);
});
