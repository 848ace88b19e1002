/** A look at another tab is no reason to break the picture off. */
const REST_AFTER_MS = 5000;

/** Whether anybody can see the picture: of a page that is hidden only where it stands in a window of its own. */
export function isSeen(): boolean {
  return !document.hidden || document.pictureInPictureElement !== null;
}

/**
 * Calls `rest` when nobody has seen the picture for some seconds, for which the camera and the network need not work and no viewer's place
 * be held, or when the page is left; and `wake` when somebody may see it again. The function returned ends that.
 */
export function watchAttention(rest: () => void, wake: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (!isSeen()) timer = setTimeout(rest, REST_AFTER_MS);
    else wake();
  };
  const ended = new AbortController();
  document.addEventListener("visibilitychange", look, { signal: ended.signal });
  // a page that is left may be shown again, as it was
  addEventListener("pagehide", rest, { signal: ended.signal });
  addEventListener("pageshow", look, { signal: ended.signal });
  // it bubbles up from the video
  document.addEventListener("leavepictureinpicture", look, { signal: ended.signal });
  return () => {
    clearTimeout(timer);
    ended.abort();
  };
}
