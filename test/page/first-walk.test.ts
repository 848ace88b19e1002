import { expect } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { complaintsOf, startBrowser } from "../support/browser.ts";
import { testWith } from "../support/conditional-tests.ts";
import { EXECUTABLE } from "../support/server.ts";
import { until } from "../support/until.ts";
import { fits, keepScreenshot, openPage, playing, seriousFindings } from "../support/web-page.ts";

const LIMIT_MS = 120_000;
const SERVICES = ["http", "https", "rtsp", "rtsps", "webrtc"];
const OWN_PASSWORD = "blue kettle on top";
const OTHERS_PASSWORD = "red bicycle at dawn";

/** Runs the executable on a terminal, in an empty folder; answers what a person reads there. Disposing it presses Ctrl-C. */
async function firstStart() {
  const data = mkdtempSync(join(tmpdir(), "rotordream-first-walk-"));
  const ports = SERVICES.map((service) => `--${service}-port 0`).join(" ");
  const command = `exec ${EXECUTABLE} --source test --listen 127.0.0.1 --no-discovery ${ports} --data-dir ${data}`;
  const child = Bun.spawn(["script", "-qec", command, "/dev/null"], { stdin: "pipe", stdout: "pipe" });
  let shown = "";
  const decoder = new TextDecoder();
  const read = (async () => {
    for await (const chunk of child.stdout) shown += decoder.decode(chunk, { stream: true });
  })();
  await until(async () => shown.includes("Ctrl-C stops it."), LIMIT_MS);
  return {
    url: /Page +(http:\S+)\//.exec(shown)?.[1] ?? "",
    password: /Log in as admin, password (\S+)\./.exec(shown)?.[1] ?? "",
    async [Symbol.asyncDispose]() {
      child.stdin.write("\x03");
      child.stdin.flush();
      await child.exited;
      await read;
      rmSync(data, { recursive: true });
    },
  };
}

/** Finds things as a person does who has never been here: by what they say. */
function handsOn(page: Page) {
  return {
    press: (name: string | RegExp) => page.getByRole("button", { name, exact: true }).click(),
    go: (name: string) => page.getByRole("link", { name, exact: true }).click(),
    write: (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text),
    reads: (text: string | RegExp) => page.getByText(text).first().waitFor(),
  };
}

/** As docs/first-walk.md tells it. */
testWith("chromium")(
  "a first walk: from the empty folder to a recording that is played, and somebody else who may look",
  async () => {
    await using start = await firstStart();
    const browser = await startBrowser();
    try {
      const page = await openPage(browser, start.url, { size: "phone", colorScheme: "light" });
      const strangers: string[] = [];
      page.on("request", (request) => {
        if (!request.url().replace("blob:", "").startsWith(start.url)) strangers.push(request.url());
      });
      const complaints = complaintsOf(page);
      const { press, go, write, reads } = handsOn(page);
      let step = 0;
      const keep = async (name: string) => {
        step += 1;
        await keepScreenshot(page, `first-walk-${step}-${name}`);
        expect(await fits(page)).toBe(true);
      };

      await page.getByText("First time here").click();
      await reads("It prints both in its terminal");
      await keep("login");
      await write("User name", "admin");
      await write("Password", start.password);
      await press("Log in");
      await reads("Choose your password");
      await write("New password", OWN_PASSWORD);
      await write("New password again", OWN_PASSWORD);
      await keep("own-password");
      await press("Save and go on");

      await playing(page);
      await go("Recordings");
      await reads("Press Record, and Stop when you have enough");
      await keep("nothing-recorded");
      await go("Live");
      await playing(page);
      await press("Record");
      await reads(/^00:0[1-9]$/);
      await keep("recording");
      await page.getByTitle("Stop", { exact: true }).click();
      await reads("The recording is saved. It is under Recordings.");
      await go("Recordings");
      await page.getByText(/^recording_\d+_\d+\.mp4$/).click();
      await until(async () => Number(await page.evaluate("document.querySelector('video')?.currentTime")) > 0.3);
      expect(await seriousFindings(page)).toEqual([]);
      await keep("playing");

      await go("System");
      await go("Users");
      await press("Add a user");
      await write("Name", "gerda");
      await write("Password", OTHERS_PASSWORD);
      await reads("Sees live pictures, recordings and the state of the camera.");
      await keep("viewer");
      await press("Save");
      await reads("gerda may log in now.");

      await page.getByRole("navigation").getByText("admin").click();
      await press("Log out");
      await write("User name", "gerda");
      await write("Password", OTHERS_PASSWORD);
      await press("Log in");
      await go("Live");
      await playing(page);
      expect(await page.getByText("Record", { exact: true }).count()).toBe(0);
      await go("Control");
      await reads("You may look, but not change anything here");
      await keep("who-may-look");
      expect(strangers).toEqual([]);
      // a video that one leaves is not loaded to its end
      expect(complaints.filter((each) => !each.endsWith("ERR_ABORTED"))).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  LIMIT_MS,
);
