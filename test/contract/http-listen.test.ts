import { expect, test } from "bun:test";
import { unknown } from "valibot";
import { bindAddresses } from "../../src/config/bind-addresses.ts";
import { describePortHolder } from "../../src/config/port-holder.ts";
import { AppError } from "../../src/core/errors.ts";
import { createHttpApp } from "../../src/http/app.ts";
import { listenHttp } from "../../src/http/listen.ts";
import { route } from "../../src/http/route.ts";
import { startHttpFront } from "../support/http-front.ts";

const DESCRIBED = { tag: "system", summary: "A test", success: { data: unknown() } } as const;

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

async function errorOf(action: Promise<unknown>): Promise<AppError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected an AppError, got ${error}`);
  return error;
}

test("one free port serves both families", async () => {
  const { listener } = await startHttpFront({ addresses: ["127.0.0.1", "::1"] });
  expect(listener.addresses).toEqual(["127.0.0.1", "::1"]);
  for (const host of ["127.0.0.1", "[::1]"])
    expect((await fetch(`http://${host}:${listener.port}/health`)).status).toBe(200);
  await listener.stop();
  expect(describePortHolder(listener.port)).toBeUndefined();
});

test("both wildcards can be open at once", async () => {
  const { listener } = await startHttpFront({ addresses: ["0.0.0.0", "::"] });
  for (const host of ["127.0.0.1", "[::1]"])
    expect((await fetch(`http://${host}:${listener.port}/health`)).status).toBe(200);
  await listener.stop();
});

test("a port in use is an error that names the port, the address and its holder", async () => {
  const { listener } = await startHttpFront();
  const { port } = listener;
  const error = await errorOf(
    bindAddresses({
      service: "HTTP",
      addresses: ["127.0.0.1"],
      port,
      bind: (hostname) => {
        const server = Bun.serve({ hostname, port, fetch: () => new Response() });
        return { port, close: () => server.stop(true) };
      },
    }),
  );
  expect(error.kind).toBe("unavailable");
  expect(error.detail.errorCode).toBe("ADDRESS_IN_USE");
  expect(error.message).toContain(`HTTP port ${port} on 127.0.0.1 is in use by`);
  expect(error.message).toContain(`(pid ${process.pid})`);
  await listener.stop();
});

test("a port that was asked for is tried once", async () => {
  let tried = 0;
  const bind = () => {
    tried += 1;
    return failing("EADDRINUSE")();
  };
  await errorOf(bindAddresses({ service: "HTTP", addresses: ["127.0.0.1"], port: 80, bind }));
  expect(tried).toBe(1);
});

test("our own listener does not share its port with another of ours", async () => {
  const first = await startHttpFront();
  const second = listenHttp({
    addresses: ["127.0.0.1"],
    port: first.listener.port,
    app: createHttpApp(first.services),
  });
  expect((await errorOf(second)).detail.errorCode).toBe("ADDRESS_IN_USE");
  await first.listener.stop();
});

test("a free port that is taken on the second address is tried again with another", async () => {
  const closed: number[] = [];
  let next = 40_000;
  const bound = await bindAddresses({
    service: "HTTP",
    addresses: ["127.0.0.1", "::1"],
    port: 0,
    bind: (address, port) => {
      if (address === "::1" && port < 40_002) failing("EADDRINUSE")();
      const taken = port === 0 ? next++ : port;
      return { port: taken, close: () => void closed.push(taken) };
    },
  });
  expect(bound.map(({ port }) => port)).toEqual([40_002, 40_002]);
  expect(closed).toEqual([40_000, 40_001]);
});

test("no IPv6 is no error, no address at all is", async () => {
  const bind = (address: string) => (address === "::1" ? failing("EAFNOSUPPORT")() : { port: 1, close: () => {} });
  expect(await bindAddresses({ service: "HTTP", addresses: ["127.0.0.1", "::1"], port: 0, bind })).toHaveLength(1);
  const error = await errorOf(bindAddresses({ service: "HTTP", addresses: ["::1"], port: 80, bind }));
  expect([error.kind, error.detail.errorCode]).toEqual(["unavailable", "ADDRESS_UNAVAILABLE"]);
});

test("a forbidden port says what would allow it, and leaves nothing open", async () => {
  let open = 0;
  const error = await errorOf(
    bindAddresses({
      service: "HTTP",
      addresses: ["127.0.0.1", "127.0.0.2"],
      port: 80,
      bind: (address) => {
        if (address === "127.0.0.2") failing("EACCES")();
        open += 1;
        return {
          port: 80,
          close: () => {
            open -= 1;
          },
        };
      },
    }),
  );
  expect([error.detail.errorCode, open]).toEqual(["PORT_FORBIDDEN", 0]);
  expect(error.message).toContain("HTTP port 80 on 127.0.0.2");
  expect(error.message).toContain("CAP_NET_BIND_SERVICE");
});

test("stopping lets a running answer finish and does not wait for idle connections", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const slow = route({
    method: "GET",
    path: "/slow",
    access: "open",
    rate: "unlimited",
    ...DESCRIBED,
    answer: async () => {
      begin();
      await released;
      return new Response("finished");
    },
  });
  const { listener, url } = await startHttpFront({ routes: [slow] });
  const idle = await Bun.connect({ hostname: "127.0.0.1", port: listener.port, socket: { data() {} } });
  const answer = fetch(`${url}/slow`);
  await begun;
  const started = performance.now();
  const stopped = listener.stop();
  release();
  expect(await (await answer).text()).toBe("finished");
  await stopped;
  expect(performance.now() - started).toBeLessThan(3000);
  idle.end();
});

test("stopping cuts an answer that never comes, in time for SIGTERM's five seconds", async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const hanging = route({
    method: "GET",
    path: "/hang",
    access: "open",
    rate: "unlimited",
    ...DESCRIBED,
    answer: () => {
      begin();
      return new Promise<Response>(() => {});
    },
  });
  const { listener, url } = await startHttpFront({ routes: [hanging] });
  const answer = fetch(`${url}/hang`).then(
    () => "answered",
    () => "cut",
  );
  await begun;
  const started = performance.now();
  await listener.stop();
  expect(performance.now() - started).toBeLessThan(4500);
  expect(await answer).toBe("cut");
});
