import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

/** Nothing but this machine can be reached: what a page needs from elsewhere would be missing on a camera's network. */
const NO_INTERNET = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];
const CHROMIUM = Bun.which("chromium") ?? "/usr/bin/chromium";

/** Debian's Chromium, cut off from the internet, with a fresh profile. `prefix`: a command to run it under, which sees to that itself; `flags`: more of them. */
export async function startBrowser(prefix: readonly string[] = [], flags: readonly string[] = []): Promise<Browser> {
  if (prefix.length === 0) {
    return await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, NO_INTERNET, ...flags] });
  }
  const folder = mkdtempSync(join(tmpdir(), "rotordream-browser-"));
  const starter = join(folder, "chromium.sh");
  writeFileSync(starter, `#!/bin/sh\nexec ${[...prefix, CHROMIUM].join(" ")} "$@"\n`, { mode: 0o755 });
  try {
    return await chromium.launch({ executablePath: starter, args: [...FLAGS, ...flags] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a page complains about: errors of its console (violations of its policy among them), exceptions, requests that failed. Grows. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  return complaints;
}
