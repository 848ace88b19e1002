/** Gives the browser something to keep as a file. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the download has its own hold on what it reads once it has begun
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
