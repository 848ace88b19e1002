import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { askPassword } from "../../../src/cli/ask-password.ts";
import { until } from "../../support/until.ts";

/** A terminal whose keys a test presses. */
function terminal(isTTY: boolean) {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: (raw: boolean) => void modes.push(raw) });
  let shown = "";
  const show = (text: string) => {
    shown += text;
  };
  const asked = askPassword("eva", { input: input as unknown as NodeJS.ReadStream, show });
  return { input, asked, modes, shown: () => shown };
}

test("a terminal is asked twice and shows nothing of what is typed", async () => {
  const { input, asked, modes, shown } = terminal(true);
  input.write("geheimx\u007f wört");
  input.write("chen\r");
  await until(() => shown().includes("again"));
  input.write("geheim wörtchen\n");
  expect(await asked).toBe("geheim wörtchen");
  expect(shown()).toBe("New password of eva: \nThe same again: \n");
  expect(modes).toEqual([true, false, true, false]);
});

test("both lines may come at once", async () => {
  const { input, asked } = terminal(true);
  input.write("geheim\rgeheim\r");
  expect(await asked).toBe("geheim");
});

test("two that differ change nothing, and Ctrl-C stops", async () => {
  const differing = terminal(true);
  differing.input.write("a\rb\r");
  expect(differing.asked).rejects.toThrow("The two passwords differ");
  const stopped = terminal(true);
  stopped.input.write("geh\u0003");
  expect(stopped.asked).rejects.toThrow("Stopped");
  await Promise.allSettled([differing.asked, stopped.asked]);
  expect(stopped.modes).toEqual([true, false]);
});

test("piped in, the first line is the password", async () => {
  const { input, asked, shown } = terminal(false);
  input.write("geheim wört");
  input.end("chen\r\nmore\n");
  expect(await asked).toBe("geheim wörtchen");
  expect(shown()).toBe("");
  const empty = terminal(false);
  empty.input.end("\n");
  expect(empty.asked).rejects.toThrow("No password came in");
  await Promise.allSettled([empty.asked]);
});
