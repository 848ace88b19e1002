import type { HttpApi } from "../../api/http.ts";

/** Fetches the newest picture and has the browser save it; resolves with the file's name. Throws a `RequestError`. */
export async function saveSnapshot(http: HttpApi, stream: string): Promise<string> {
  const answer = await http.request(`/api/snapshot?stream=${stream}`);
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = nameAt(new Date());
  link.click();
  // the browser has begun to read it by then
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return link.download;
}

/** `snapshot_20261130_125959.jpg`, in the viewer's time. */
function nameAt(time: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}${two(time.getMonth() + 1)}${two(time.getDate())}`;
  return `snapshot_${date}_${two(time.getHours())}${two(time.getMinutes())}${two(time.getSeconds())}.jpg`;
}
