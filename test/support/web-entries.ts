import type { ListedRecording } from "./recorder-client.ts";
import { callApi } from "./recorder-client.ts";
import type { TestServer } from "./server.ts";
import { until } from "./until.ts";

/** What people may enter: markup, both directions, pictures, letters piled up, no place to break. */
export const STRANGE_TEXTS: readonly string[] = [
  "<img src=x onerror=alert(1)>\"'&lt;</script>",
  "مرحبا بالكاميرا \u202eabc",
  "👩‍👩‍👧‍👦🏳️‍🌈🎥",
  "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘",
  "W".repeat(128),
];
/** Longer than anything is that the camera keeps. */
export const FAR_TOO_LONG: string = "ü".repeat(10_000);
/** More than fit into a line, a card or a screen. */
const MANY_TAGS = 60;

/** Has such texts everywhere on the camera where it takes them: a recording of two seconds, tags, users, tokens, presets, what is written into the picture. */
export async function enterStrangeTexts(server: TestServer): Promise<void> {
  const send = (method: string, path: string, body?: object) => callApi(server, method, path, body);
  const [markup = "", arabic = "", , piled = "", wide = ""] = STRANGE_TEXTS;
  // small pictures are recorded soon, also where five tests share the machine
  await send("POST", "/api/settings", { resolution: "640x360" });
  await send("POST", "/api/recording/start", { filename: markup });
  await until(async () => ((await send("GET", "/api/recording/status")).data as { duration: number }).duration > 1);
  await send("POST", "/api/recording/stop");
  const [recording] = (await callApi<readonly ListedRecording[]>(server, "GET", "/api/recordings?limit=1")).data;
  const tags = [...STRANGE_TEXTS, ...Array.from({ length: MANY_TAGS }, (_, index) => `${index}`)];
  await send("PATCH", `/api/recordings/${recording?.id}`, { tags });
  for (const name of [markup, piled.slice(0, 64), wide.slice(0, 64)])
    await send("POST", "/api/tokens", { name, permissions: ["Media_r"] });
  for (const name of [...STRANGE_TEXTS.slice(0, 4), wide.slice(0, 100)])
    await send("POST", "/api/settings/presets", { name, values: { brightness: 50 } });
  await send("POST", "/api/users", { name: wide.slice(0, 32), password: "geheim geheim", role: "viewer" });
  await send("POST", "/api/settings", { overlay: { enabled: true, text: markup } });
  for (const username of [markup, arabic])
    await fetch(`${server.http}/api/login`, { method: "POST", body: JSON.stringify({ username, password: "?" }) });
}
