/**
 * What has the focus may be removed or disabled by what it did. The nearest part of the page that is left has the focus then, so that keys
 * and screen readers go on from there and not from the beginning of the page; what can be used again gets it back.
 */
export function keepFocus(): void {
  let path: readonly HTMLElement[] = [];
  let standIn: HTMLElement | undefined;
  document.addEventListener("focusin", (event) => {
    if (event.target === standIn) return;
    path = event.composedPath().filter((each) => each instanceof HTMLElement);
    standIn = undefined;
  });
  const look = () => {
    const { activeElement, body } = document;
    const [last] = path;
    if (last === undefined || ![body, null, last, standIn].includes(activeElement as HTMLElement | null)) return;
    if (last.isConnected && !last.matches(":disabled")) {
      if (standIn !== undefined && activeElement === standIn) last.focus({ preventScroll: true });
      return;
    }
    const left = path.find((each) => each !== last && each.isConnected && !each.matches(":disabled"));
    // what is around the view begins with the way to all views
    const view = document.getElementById("view");
    const next = left?.contains(view) === false ? left : view;
    if (next === null || next === standIn) return;
    standIn = next;
    if (next.tabIndex < 0) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => requestAnimationFrame(look));
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
}
