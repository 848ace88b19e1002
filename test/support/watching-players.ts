/** A player that watches until it is ended. */
export interface WatchingPlayer {
  /** What it has taken so far. */
  bytes(): number;
  /** Resolves when it has ended by itself. */
  exitCode(): Promise<number>;
}

/** Players that run beside a test; disposing them stops those that still run. */
export class Players implements AsyncDisposable {
  readonly #children: Bun.Subprocess[] = [];

  /** FFmpeg that hands on what a stream holds, undecoded. */
  startFfmpeg(transport: "tcp" | "udp" | "http", url: string): WatchingPlayer {
    const options = ["-hide_banner", "-loglevel", "error", "-nostdin", "-analyzeduration", "0", "-probesize", "32"];
    return this.start(["ffmpeg", ...options, "-rtsp_transport", transport, "-i", url, "-c", "copy", "-f", "h264", "-"]);
  }

  /** Any program that writes what it takes to its standard output. */
  start(command: readonly string[]): WatchingPlayer {
    const child = Bun.spawn([...command], { stdin: "ignore", stdout: "pipe", stderr: "ignore" });
    this.#children.push(child);
    let taken = 0;
    const reading = (async () => {
      for await (const chunk of child.stdout) taken += chunk.length;
    })();
    return {
      bytes: () => taken,
      async exitCode() {
        await reading;
        return child.exited;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map((child) => child.exited));
  }
}
