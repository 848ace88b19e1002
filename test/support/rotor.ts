import { callApi } from "./recorder-client.ts";
import type { TestServer } from "./server.ts";

/** A zone inside the disc of the test picture's rotor, which stands still beside bars that do not. */
export const STILL_ZONE: readonly number[] = [0.88, 0.085, 0.066, 0.14];

/** Watches for motion where only the rotor moves; `more`: settings that go with it. */
export async function watchRotor(server: Pick<TestServer, "http">, more: object = {}): Promise<void> {
  await change(server, { "motion-detection": true, "motion-zones": [STILL_ZONE], ...more });
}

/** Turns the rotor or stops it. */
export async function turnRotor(server: Pick<TestServer, "http">, isOn: boolean): Promise<void> {
  await change(server, { rotor: { enabled: isOn, speed: 40 } });
}

async function change(server: Pick<TestServer, "http">, settings: object): Promise<void> {
  const { status, code } = await callApi(server, "POST", "/api/settings", settings);
  if (status !== 200) throw new Error(`the settings were refused: ${status} ${code}`);
}
