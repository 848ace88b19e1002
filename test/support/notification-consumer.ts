import { findPath } from "../../src/soap/xml-element.ts";
import { readXml } from "../../src/soap/xml-reader.ts";
import type { TestCertificate } from "./certificates.ts";
import { eventsOf, type ReceivedEvent } from "./onvif-events.ts";

/** A notification as a consumer got it. */
export interface ReceivedNotify {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly events: readonly ReceivedEvent[];
}

/** A consumer in a process of its own. Disposing it ends it. */
export interface NotificationConsumer extends AsyncDisposable {
  readonly port: number;
  /** Everything it got, oldest first. */
  readonly received: readonly ReceivedNotify[];
}

/** Starts one, under the command `prefix`, that refuses so many messages with this status before it takes any. */
export async function startConsumer(
  prefix: readonly string[],
  options: {
    readonly refusals?: number;
    readonly status?: number;
    /** It speaks HTTPS. */
    readonly certificate?: Pick<TestCertificate, "certificate" | "key">;
  } = {},
): Promise<NotificationConsumer> {
  const { refusals = 0, status = 500, certificate } = options;
  const tls = certificate && { cert: certificate.certificate, key: certificate.key };
  const program = `
    let refusals = ${refusals};
    const server = Bun.serve({ port: 0, hostname: "0.0.0.0", tls: ${JSON.stringify(tls)}, async fetch(request) {
      console.log(JSON.stringify({ headers: Object.fromEntries(request.headers), text: await request.text() }));
      return new Response(null, refusals-- > 0 ? { status: ${status}, headers: { Location: "/elsewhere" } } : { status: 202 });
    } });
    console.log(JSON.stringify(server.port));`;
  const child = Bun.spawn([...prefix, process.execPath, "-e", program], { stdout: "pipe" });
  const received: ReceivedNotify[] = [];
  const port = Promise.withResolvers<number>();
  const take = (line: string) => {
    const told = JSON.parse(line);
    if (typeof told === "number") return port.resolve(told);
    const body = findPath(readXml(told.text), "env:Body", "wsnt:Notify");
    received.push({ ...told, events: body === undefined ? [] : eventsOf(body) });
  };
  const output = (async () => {
    let rest = "";
    for await (const chunk of child.stdout) {
      const lines = (rest + new TextDecoder().decode(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
    port.reject(new Error("the consumer ended"));
  })();
  return {
    port: await port.promise,
    received,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.exited;
      await output.catch(() => undefined);
    },
  };
}
