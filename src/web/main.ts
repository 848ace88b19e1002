import { OUR_PAGE, playLiveVideo, type ShownPicture } from "./live-video.ts";
import { readoutText } from "./readout.ts";

const STREAM = "stream1";
const READOUT_PERIOD_MS = 1000;

/** Who looks at the page. */
interface Session {
  readonly user?: string | null;
  readonly permissions: readonly string[];
}

function element<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page lacks #${id}`);
  return found;
}

const form = element("login", HTMLFormElement);
const video = element("video", HTMLVideoElement);
const picture = element("mjpeg", HTMLImageElement);
const readout = element("readout", HTMLElement);
const note = element("note", HTMLElement);
const who = element("who", HTMLElement);
const logout = element("logout", HTMLButtonElement);

async function begin(): Promise<void> {
  const answer = await fetch("/api/session", { headers: OUR_PAGE });
  const session = (await answer.json()) as Session;
  who.textContent = session.user ?? "";
  logout.hidden = session.user === undefined || session.user === null;
  const mayWatch = session.permissions.includes("Media_r");
  form.hidden = mayWatch;
  video.hidden = !mayWatch;
  if (mayWatch) watch();
}

function watch(): void {
  let shown: ShownPicture | undefined;
  let before = { count: 0, atMs: performance.now() };
  note.textContent = "";
  const live = playLiveVideo(video, STREAM, {
    onPicture: (newest) => {
      shown = newest;
    },
    onFailure: (reason) => {
      clearInterval(timer);
      showMjpeg(reason);
    },
  });
  const timer = setInterval(async () => {
    const reception = await live.receive();
    if (shown === undefined) return;
    const now = { count: shown.count, atMs: performance.now() };
    const fps = ((now.count - before.count) * 1000) / (now.atMs - before.atMs);
    before = now;
    readout.textContent = readoutText(shown, fps, reception);
  }, READOUT_PERIOD_MS);
}

function showMjpeg(reason: string): void {
  video.hidden = true;
  picture.hidden = false;
  picture.src = `/api/mjpeg/${STREAM}`;
  note.textContent = `${reason} Single pictures (MJPEG) are shown instead. Reload the page to try again.`;
  readout.textContent = "MJPEG";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const answer = await fetch("/api/login", {
    method: "POST",
    headers: OUR_PAGE,
    body: JSON.stringify({ username: fields.get("username"), password: fields.get("password") }),
  });
  if (answer.ok) {
    note.textContent = "";
    await begin();
    return;
  }
  note.textContent = ((await answer.json()) as { error: string }).error;
});

logout.addEventListener("click", async () => {
  await fetch("/api/logout", { method: "POST", headers: OUR_PAGE });
  location.reload();
});

void begin();
