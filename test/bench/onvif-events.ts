import { OnvifClient } from "../support/onvif-client.ts";
import { createPullPoint, topicFilter } from "../support/onvif-events.ts";
import { turnRotor, watchRotor } from "../support/rotor.ts";
import { startServer } from "../support/server.ts";
import { median } from "./median.ts";

const SUBSCRIBERS = 10;
const ROUNDS = 8;
/** The background of what is watched has to be one. */
const SETTLING_MS = 3000;

export const name = "onvif-events";

/** Time from when motion began or ended to the answer of PullMessages at each of ten subscribers; the target is 20 ms. */
export async function run(): Promise<Record<string, number>> {
  await using server = await startServer([], {
    ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
    ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0",
  });
  await watchRotor(server);
  const client = new OnvifClient(server.http);
  const filter = topicFilter("tev", "tns1:VideoSource/MotionAlarm");
  const points = await Promise.all(Array.from({ length: SUBSCRIBERS }, () => createPullPoint(client, filter)));
  await Promise.all(points.map((point) => point.pull(1)));
  await Bun.sleep(SETTLING_MS);
  const times: number[] = [];
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const pulls = points.map(async (point) => {
      const [event] = await point.pull(60);
      times.push(performance.timeOrigin + performance.now() - (event?.timeMs ?? Number.NaN));
    });
    await turnRotor(server, round % 2 === 0);
    await Promise.all(pulls);
  }
  return { medianMs: median(times), worstMs: Math.max(...times), events: times.length };
}

if (import.meta.main) console.table(await run());
