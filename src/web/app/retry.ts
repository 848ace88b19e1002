import { useEffect } from "preact/hooks";
import { RequestError } from "../api/request-error.ts";

/** Between questions while the camera does not answer. */
const RETRY_MS = 3000;

/** Asks again by itself where what failed passes by itself: a lost connection, a limit. */
export function useRetry(error: unknown, reload: () => void): void {
  useEffect(() => {
    const waitMs = retryAfterMs(error);
    if (waitMs === undefined) return undefined;
    const timer = setTimeout(reload, waitMs);
    addEventListener("online", reload);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", reload);
    };
  }, [error]);
}

function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof RequestError)) return undefined;
  const { code, retryAfterSeconds } = error.failure;
  return retryAfterSeconds === undefined ? (code === "NETWORK" ? RETRY_MS : undefined) : retryAfterSeconds * 1000;
}
