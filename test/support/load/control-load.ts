/** Loads the control API from a process of its own, so that its work is not measured as the server's; prints a ControlReport as JSON. */

/** Latencies in milliseconds, rates a second. */
export interface ControlReport {
  readonly broadcastMedianMs: number;
  readonly broadcastP99Ms: number;
  readonly changesPerSecond: number;
  /** At 1,000 requests a second. */
  readonly restMedianMs: number;
  readonly restP99Ms: number;
  /** As fast as it goes. */
  readonly restFloodP99Ms: number;
  readonly restFloodPerSecond: number;
}

const CLIENTS = 50;
const PACED_CHANGES = 200;
const PACE_MS = 25;
const SENDERS = 8;
const FLOOD_MS = 5000;
const REST_REQUESTS = 5000;
/** Of each of the clients. */
const REST_PACE_MS = 50;

interface Client {
  readonly socket: WebSocket;
  /** Called with each message. */
  take: (message: Readonly<Record<string, unknown>>) => void;
}

async function connect(url: string): Promise<Client> {
  const socket = new WebSocket(url);
  const client: Client = { socket, take: () => undefined };
  const first = Promise.withResolvers<void>();
  socket.onerror = () => first.reject(new Error("a WebSocket failed"));
  socket.onopen = () => socket.send('{"get":["brightness"]}');
  socket.onmessage = ({ data }) => {
    first.resolve();
    client.take(JSON.parse(String(data)));
  };
  await first.promise;
  return client;
}

/** From sending a change until each of the other clients has it. */
async function measureBroadcast([sender, ...others]: readonly Client[]): Promise<number[]> {
  const latencies: number[] = [];
  for (let change = 0; change < PACED_CHANGES; change++) {
    const value = change % 2 === 0 ? 40 : 60;
    const began = performance.now();
    const heard = others.map(
      (client) =>
        new Promise<void>((resolve) => {
          client.take = (message) => {
            if (message.brightness !== value) return;
            latencies.push(performance.now() - began);
            resolve();
          };
        }),
    );
    sender?.socket.send(JSON.stringify({ brightness: value }));
    await Promise.all(heard);
    await Bun.sleep(PACE_MS);
  }
  for (const client of others) client.take = () => undefined;
  return latencies;
}

/** Answered changes a second when some clients send the next as soon as the last is answered. */
async function measureThroughput(clients: readonly Client[]): Promise<number> {
  let answered = 0;
  const end = performance.now() + FLOOD_MS;
  await Promise.all(
    clients.slice(0, SENDERS).map(
      (client, index) =>
        new Promise<void>((resolve) => {
          let value = index;
          const send = () => {
            value = (value + 1) % 100;
            client.socket.send(JSON.stringify({ brightness: value }));
          };
          client.take = (message) => {
            if (message.info === undefined) return;
            answered += 1;
            if (performance.now() >= end) resolve();
            else send();
          };
          send();
        }),
    ),
  );
  return answered / (FLOOD_MS / 1000);
}

/** Latencies of requests by 50 clients at once, each on a connection of its own; `paceMs` 0: each as soon as the last is answered. */
async function measureRest(http: string, headers: Readonly<Record<string, string>>, paceMs: number): Promise<number[]> {
  const latencies: number[] = [];
  let left = REST_REQUESTS;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      let due = performance.now() + (paceMs * client) / CLIENTS;
      while (left-- > 0) {
        if (paceMs > 0) await Bun.sleep(Math.max(0, due - performance.now()));
        due += paceMs;
        const start = performance.now();
        const answer = await fetch(`${http}/api/settings/brightness`, { headers });
        await answer.json();
        if (answer.status !== 200) throw new Error(`REST answered ${answer.status}`);
        latencies.push(performance.now() - start);
      }
    }),
  );
  return latencies;
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

if (import.meta.main) {
  const [http = "", token = ""] = process.argv.slice(2);
  const url = `${http.replace("http", "ws")}/api/v1?token=${token}`;
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(url)));
  const latencies = await measureBroadcast(clients);
  const changesPerSecond = await measureThroughput(clients);
  for (const { socket } of clients) socket.close();
  const headers = { Authorization: `Bearer ${token}` };
  const paced = await measureRest(http, headers, REST_PACE_MS);
  const began = performance.now();
  const flood = await measureRest(http, headers, 0);
  const report: ControlReport = {
    broadcastMedianMs: quantile(latencies, 0.5),
    broadcastP99Ms: quantile(latencies, 0.99),
    changesPerSecond,
    restMedianMs: quantile(paced, 0.5),
    restP99Ms: quantile(paced, 0.99),
    restFloodP99Ms: quantile(flood, 0.99),
    restFloodPerSecond: REST_REQUESTS / ((performance.now() - began) / 1000),
  };
  process.stdout.write(JSON.stringify(report));
}
