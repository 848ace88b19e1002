import type { HttpApi } from "../../api/http.ts";
import { RequestError } from "../../api/request-error.ts";

/** More at once would come no sooner: the camera gives 20 media a second. */
const MOST_AT_ONCE = 3;
/** Pictures that are kept; a page of the list has 50. */
const MOST_KEPT = 200;
const SECOND_MS = 1000;

/** Small pictures of recordings, each asked for once. */
export interface Thumbnails {
  /** The address of the picture; undefined: there is none. */
  load(id: string): Promise<string | undefined>;
  /** Gives back what they take. */
  close(): void;
}

/** Nothing is loaded yet. */
export function createThumbnails(http: HttpApi): Thumbnails {
  const kept = new Map<string, Promise<string | undefined>>();
  /** The newest wish is what is looked at now: it goes first. */
  const waiting: (() => void)[] = [];
  let running = 0;
  let isClosed = false;
  const fetchOne = async (id: string): Promise<string | undefined> => {
    while (!isClosed) {
      try {
        const answer = await http.request(`/api/recordings/${encodeURIComponent(id)}/thumbnail`);
        return URL.createObjectURL(await answer.blob());
      } catch (error) {
        if (!(error instanceof RequestError) || error.failure.status !== 429) return undefined;
        await new Promise((resolve) => setTimeout(resolve, (error.failure.retryAfterSeconds ?? 1) * SECOND_MS));
      }
    }
    return undefined;
  };
  const pump = () => {
    while (running < MOST_AT_ONCE && waiting.length > 0) waiting.pop()?.();
  };
  const queued = (id: string) =>
    new Promise<string | undefined>((resolve) => {
      waiting.push(async () => {
        running += 1;
        const url = await fetchOne(id);
        // it may come yet
        if (url === undefined) kept.delete(id);
        resolve(url);
        running -= 1;
        pump();
      });
      pump();
    });
  const forget = (id: string) => {
    void kept.get(id)?.then((url) => url !== undefined && URL.revokeObjectURL(url));
    kept.delete(id);
  };
  return {
    load(id) {
      const known = kept.get(id) ?? queued(id);
      // the newest stand last
      kept.delete(id);
      kept.set(id, known);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) forget(oldest);
      return known;
    },
    close() {
      isClosed = true;
      waiting.length = 0;
      for (const id of [...kept.keys()]) forget(id);
    },
  };
}
