import { describe, expect, test } from "bun:test";
import { type HttpFront, type HttpFrontOptions, JPEG, startHttpFront } from "../support/http-front.ts";
import { ADMIN_PASSWORD } from "../support/identity.ts";
import { until } from "../support/until.ts";

async function withFront(run: (front: HttpFront) => Promise<void>, options: HttpFrontOptions = {}): Promise<void> {
  const front = await startHttpFront({ anonymous: "viewer", ...options });
  try {
    await run(front);
  } finally {
    await front.listener.stop();
  }
}

describe("GET /api/mjpeg", () => {
  test("sends pictures as they come, each in a part of its own", () =>
    withFront(async ({ url, snapshotsTaken }) => {
      const aborted = new AbortController();
      const answer = await fetch(`${url}/api/mjpeg/stream2?fps=30&quality=50`, { signal: aborted.signal });
      expect(answer.headers.get("content-type")).toBe("multipart/x-mixed-replace; boundary=rotordream");
      const reader = answer.body?.getReader();
      let seen = Buffer.alloc(0);
      const one = Buffer.concat([
        Buffer.from("--rotordream\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n"),
        JPEG,
        Buffer.from("\r\n"),
      ]);
      while (seen.length < one.length * 3)
        seen = Buffer.concat([seen, (await reader?.read())?.value ?? Buffer.alloc(0)]);
      for (let part = 0; part < 3; part += 1)
        expect(seen.subarray(part * one.length, (part + 1) * one.length).equals(one)).toBe(true);
      expect(snapshotsTaken[0]).toEqual({ stream: "stream2", quality: 50 });
      aborted.abort();
    }));

  test("lets no more in than it allows, and the next when one has gone", () =>
    withFront(async ({ url }) => {
      const aborted = new AbortController();
      const first = await fetch(`${url}/api/mjpeg`, { signal: aborted.signal });
      const second = await fetch(`${url}/api/mjpeg`, { signal: aborted.signal });
      expect([first.status, second.status]).toEqual([200, 200]);
      const third = await fetch(`${url}/api/mjpeg`);
      expect([third.status, ((await third.json()) as { code: string }).code]).toEqual([503, "VIEWER_LIMIT"]);
      aborted.abort();
      const last = new AbortController();
      await until(async () => (await fetch(`${url}/api/mjpeg`, { signal: last.signal })).status === 200);
      last.abort();
    }));

  test("is ended by an administrator, who is written down, and by nobody else", () =>
    withFront(async ({ url, identity }) => {
      const headers = { Authorization: `Basic ${btoa(`admin:${ADMIN_PASSWORD}`)}` };
      const [first, second] = [await fetch(`${url}/api/mjpeg?fps=30`), await fetch(`${url}/api/mjpeg?fps=30`)];
      const readers = async () => {
        const answer = await fetch(`${url}/api/streams?envelope=none`, { headers });
        return ((await answer.json()) as { mjpeg_viewers: { id: string; address: string }[] }[])[0]?.mjpeg_viewers;
      };
      const [one, other] = (await readers()) ?? [];
      const end = async (init: RequestInit) =>
        (await fetch(`${url}/api/streams/viewers/${one?.id}`, { method: "DELETE", ...init })).status;
      expect(await end({})).toBe(401);
      expect(await end({ headers })).toBe(204);
      for (const reader = first.body?.getReader(); (await reader?.read())?.done !== true; );
      expect(await readers()).toMatchObject([{ id: other?.id, address: "127.0.0.1" }]);
      expect(await end({ headers })).toBe(404);
      expect(identity.audit.list({ limit: 1 })).toMatchObject([
        { user: "admin", action: "viewer-ended", subject: "anonymous", detail: { protocol: "MJPEG" } },
      ]);
      await second.body?.cancel();
    }));

  test("is 503 without a camera, 400 for a rate that nobody needs, and begins nothing for HEAD", () =>
    withFront(async ({ url, setCamera, snapshotsTaken }) => {
      expect((await fetch(`${url}/api/mjpeg?fps=31`)).status).toBe(400);
      const head = await fetch(`${url}/api/mjpeg`, { method: "HEAD" });
      expect([head.status, snapshotsTaken.length]).toEqual([200, 0]);
      setCamera("offline");
      expect((await fetch(`${url}/api/mjpeg`)).status).toBe(503);
    }));

  test("gives the place of a reader back who went away before the first picture was there", async () => {
    const firstPicture = Promise.withResolvers<Uint8Array>();
    const asked: string[] = [];
    const snapshots = {
      take(stream: string) {
        asked.push(stream);
        return firstPicture.promise;
      },
    };
    await withFront(
      async ({ url }) => {
        const aborted = new AbortController();
        const gone = ["stream1", "stream2"].map((stream) =>
          fetch(`${url}/api/mjpeg/${stream}`, { signal: aborted.signal }).catch((error: Error) => error.name),
        );
        await until(() => asked.length === 2);
        expect((await fetch(`${url}/api/mjpeg`)).status).toBe(503);
        aborted.abort();
        expect(await Promise.all(gone)).toEqual(["AbortError", "AbortError"]);
        firstPicture.resolve(JPEG);
        const last = new AbortController();
        await until(async () => (await fetch(`${url}/api/mjpeg`, { signal: last.signal })).status === 200);
        last.abort();
      },
      { snapshots },
    );
  });

  test("keeps the login in use while pictures are taken, for twelve hours at most", () =>
    withFront(
      async ({ url, clock }) => {
        const body = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
        const login = await fetch(`${url}/api/login`, { method: "POST", body });
        const headers = { Cookie: (login.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "" };
        const answer = await fetch(`${url}/api/mjpeg?fps=30`, { headers });
        const reader = answer.body?.getReader();
        for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
          clock.advanceMs(20 * 60_000);
          // what was on its way when time moved tells nothing
          for (let picture = 0; picture < 3; picture += 1) expect((await reader?.read())?.done).toBe(false);
        }
        expect((await fetch(`${url}/api/mjpeg`, { method: "HEAD", headers })).status).toBe(200);
        clock.advanceMs(20 * 60_000);
        await until(async () => (await reader?.read())?.done === true);
        expect((await fetch(`${url}/api/mjpeg`, { method: "HEAD", headers })).status).toBe(401);
      },
      { anonymous: "guest" },
    ));
});
