import { DEMO_LOGIN, envelope, securityHeader } from "../onvif-client.ts";

/** What a load of requests measured. */
export interface OnvifLoadReport {
  readonly requests: number;
  readonly failed: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Requests that were really answered. */
  readonly perSecond: number;
}

/** Asks GetProfiles at a steady rate over connections that stay open, each request with a token of its own. */
async function load(url: string, perSecond: number, seconds: number): Promise<OnvifLoadReport> {
  const durations: number[] = [];
  let failed = 0;
  const ask = async () => {
    const body = envelope("<trt:GetProfiles/>", securityHeader(DEMO_LOGIN));
    const start = performance.now();
    const answer = await fetch(url, { method: "POST", body, headers: { "Content-Type": "application/soap+xml" } });
    const text = await answer.text();
    durations.push(performance.now() - start);
    if (answer.status !== 200 || !text.includes("GetProfilesResponse")) failed += 1;
  };
  await ask();
  durations.length = 0;
  const start = performance.now();
  const pending: Promise<void>[] = [];
  while (performance.now() - start < seconds * 1000) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    while (pending.length < due) pending.push(ask());
    await Bun.sleep(2);
  }
  await Promise.all(pending);
  durations.sort((a, b) => a - b);
  const at = (share: number) => durations[Math.floor(durations.length * share)] ?? 0;
  const achieved = durations.length / ((performance.now() - start) / 1000);
  return { requests: durations.length, failed, medianMs: at(0.5), p99Ms: at(0.99), perSecond: achieved };
}

if (import.meta.main) {
  const [url = "", perSecond = "1", seconds = "1"] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await load(url, Number(perSecond), Number(seconds))));
}
