import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postNotification } from "../../src/modules/onvif/events/push.ts";
import { findPath } from "../../src/soap/xml-element.ts";
import { makeCertificate, type TestCertificate } from "../support/certificates.ts";
import { testWithNetwork, testWithNetworkAndSchemas } from "../support/conditional-tests.ts";
import { createNetwork, mayMakeNetworks, type TestNetwork } from "../support/network.ts";
import { startConsumer } from "../support/notification-consumer.ts";
import { OnvifClient, type PostText, schemaErrors, subcodes } from "../support/onvif-client.ts";
import { topicFilter } from "../support/onvif-events.ts";
import { STILL_ZONE } from "../support/rotor.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LIMIT_MS = 60_000;
const PATH = "/onvif/event_service";
const MOTION = "tns1:VideoSource/MotionAlarm";
const LOGIN = { user: "admin", password: "network test 7" };
const FORBIDDEN = "wsnt:SubscribeCreationFailedFault";

let authority: TestCertificate;
let folder: string;
let network: TestNetwork;
let server: TestServer;
let client: OnvifClient;
const pushed: string[] = [];
beforeAll(async () => {
  if (!mayMakeNetworks()) return;
  network = createNetwork();
  folder = mkdtempSync(join(tmpdir(), "rotordream-test-"));
  authority = await makeCertificate({ name: "authority", isAuthority: true });
  writeFileSync(join(folder, "authority.pem"), authority.certificate);
  const args = ["--listen", network.camera.address, "--admin-password", LOGIN.password];
  const environment = {
    ROTORDREAM_LIMITS_API_PER_MINUTE: "0",
    ROTORDREAM_LIMITS_ONVIF_PER_MINUTE: "0",
    NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
  };
  server = await startServer(args, environment, network.camera.prefix);
  client = new OnvifClient(server.http, LOGIN, [], postFrom(network.viewer.prefix));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  network?.[Symbol.dispose]();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Posts with curl, which runs under `prefix`. */
function postFrom(prefix: readonly string[]): PostText {
  return async (url, text, headers) => {
    const given = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    const command = ["curl", "-sS", "-w", "\n%{http_code}", "--data-binary", "@-", ...given, url];
    const run = Bun.spawn([...prefix, ...command], { stdin: new Blob([text]), stdout: "pipe" });
    const output = await new Response(run.stdout).text();
    const end = output.lastIndexOf("\n");
    return { status: Number(output.slice(end + 1)), text: output.slice(0, end), headers: new Headers() };
  };
}

async function subscribe(consumer: string, more = "", reference = ""): Promise<string> {
  const answer = await client.ask(
    "wsnt:Subscribe",
    `<wsnt:ConsumerReference><wsa:Address>${consumer}</wsa:Address>${reference}</wsnt:ConsumerReference>${more}`,
    PATH,
  );
  return findPath(answer, "wsnt:SubscriptionReference", "wsa:Address")?.text ?? "";
}

async function changeSettings(settings: object): Promise<void> {
  const post = postFrom(network.viewer.prefix);
  const authorization = `Basic ${Buffer.from(`${LOGIN.user}:${LOGIN.password}`).toString("base64")}`;
  const { status } = await post(`${server.http}/api/settings`, JSON.stringify(settings), {
    Authorization: authorization,
    "Content-Type": "application/json",
  });
  expect(status).toBe(200);
}

testWithNetwork("curl")(
  "motion is pushed to the consumer as it begins and ends",
  async () => {
    await using consumer = await startConsumer(network.viewer.prefix);
    await changeSettings({ "motion-detection": true, "motion-zones": [STILL_ZONE] });
    const sinceMs = performance.now();
    await until(() => performance.now() - sinceMs > 3000);
    const url = `http://${network.viewer.address}:${consumer.port}/hook?key=1&amp;b=%20`;
    const parameter = '<wsa:ReferenceParameters><x:Key xmlns:x="urn:mine" a="b">5</x:Key></wsa:ReferenceParameters>';
    const address = await subscribe(url, topicFilter("wsnt", MOTION), parameter);
    await until(() => consumer.received.length === 1);
    await changeSettings({ rotor: { enabled: true, speed: 40 } });
    await until(() => consumer.received.length === 2);
    await changeSettings({ rotor: { enabled: false } });
    await until(() => consumer.received.length === 3);
    const [first] = consumer.received;
    expect(
      consumer.received.flatMap(({ events }) => events).map(({ operation, items }) => [operation, items.State]),
    ).toEqual([
      ["Initialized", "false"],
      ["Changed", "true"],
      ["Changed", "false"],
    ]);
    expect(first?.headers["content-type"]).toStartWith("application/soap+xml");
    expect(first?.headers.host).toBe(`${network.viewer.address}:${consumer.port}`);
    expect(first?.text).toContain(
      "<wsa:Action>http://docs.oasis-open.org/wsn/bw-2/NotificationConsumer/Notify</wsa:Action>",
    );
    expect(first?.text).toContain('<Key xmlns="urn:mine" a="b" wsa:IsReferenceParameter="true">5</Key>');
    expect((await client.call("wsnt:Renew", "<wsnt:TerminationTime>PT5M</wsnt:TerminationTime>", address)).status).toBe(
      200,
    );
    expect((await client.call("tev:SetSynchronizationPoint", "", address)).status).toBe(200);
    await until(() => consumer.received.length === 4);
    const pull = "<tev:Timeout>PT1S</tev:Timeout><tev:MessageLimit>1</tev:MessageLimit>";
    expect((await client.call("tev:PullMessages", pull, address)).status).toBe(400);
    expect((await client.call("wsnt:Unsubscribe", "", address)).status).toBe(200);
    pushed.push(...consumer.received.map(({ text }) => text));
  },
  LIMIT_MS,
);

testWithNetwork("curl")(
  "a consumer that fails is tried again with the same message, also when it sends us elsewhere",
  async () => {
    await using consumer = await startConsumer(network.viewer.prefix, { refusals: 2, status: 302 });
    const address = await subscribe(`http://${network.viewer.address}:${consumer.port}/`, topicFilter("wsnt", MOTION));
    await until(() => consumer.received.length === 3);
    expect(new Set(consumer.received.map(({ text }) => text)).size).toBe(1);
    expect((await client.call("wsnt:Unsubscribe", "", address)).status).toBe(200);
  },
  LIMIT_MS,
);

testWithNetwork("curl")("a consumer over https has to have the right certificate", async () => {
  const { address } = network.viewer;
  const right = await makeCertificate({ name: "nvr", sans: [address], issuer: authority });
  const wrong = await makeCertificate({ name: "nvr", sans: ["192.0.2.1"], issuer: authority });
  await using trusted = await startConsumer(network.viewer.prefix, { certificate: right });
  await using untrusted = await startConsumer(network.viewer.prefix, { certificate: wrong });
  const subscriptions = [trusted, untrusted].map(({ port }) => subscribe(`https://${address}:${port}/`));
  await until(() => trusted.received.length === 1);
  for (const subscription of await Promise.all(subscriptions))
    expect((await client.call("wsnt:Unsubscribe", "", subscription)).status).toBe(200);
  expect(untrusted.received).toEqual([]);
});

testWithNetwork("curl")(
  "a consumer that is gone ends its subscription",
  async () => {
    const consumer = await startConsumer(network.viewer.prefix);
    await consumer[Symbol.asyncDispose]();
    const address = await subscribe(`http://${network.viewer.address}:${consumer.port}/`);
    expect((await client.call("tev:SetSynchronizationPoint", "", address)).status).toBe(200);
    const isThere = async () => (await client.call("tev:SetSynchronizationPoint", "", address)).status === 200;
    await until(async () => !(await isThere()), LIMIT_MS);
    expect(server.log.some(({ message }) => message.includes("consumer does not answer"))).toBe(true);
  },
  LIMIT_MS,
);

testWithNetwork("curl")(
  "nobody makes the device call itself, loopback, strangers or other protocols",
  async () => {
    const places = [
      "http://127.0.0.1:80/",
      "http://localhost/",
      "http://[::1]/",
      "http://[::ffff:127.0.0.1]/",
      "http://2130706433/",
      "http://0.0.0.0/",
      "http://169.254.169.254/latest",
      "http://[fe80::1]/",
      "http://224.0.0.1/",
      `${server.http}/onvif/event_service`,
      "http://192.0.2.1/",
      "http://nowhere.invalid/",
      `ftp://${network.viewer.address}/`,
      `http://user:word@${network.viewer.address}/`,
      "http://www.w3.org:99999/",
      "http://www.w3.org/2005/08/addressing/anonymous",
      "",
      `http://${network.viewer.address}/${"a".repeat(2000)}`,
    ];
    for (const place of places) {
      const content = `<wsnt:ConsumerReference><wsa:Address>${place}</wsa:Address></wsnt:ConsumerReference>`;
      const reply = await client.call("wsnt:Subscribe", content, PATH);
      expect(reply.status, place).toBe(400);
      if (place.length < 1000) expect(subcodes(reply), place).toEqual([FORBIDDEN]);
    }
    expect(subcodes(await client.call("wsnt:Subscribe", "", PATH))).toEqual(["ter:InvalidArgs"]);
    const good = `<wsnt:ConsumerReference><wsa:Address>http://${network.viewer.address}:1/</wsa:Address></wsnt:ConsumerReference>`;
    const parameters = `<wsa:ReferenceParameters><tt:Key>${"a".repeat(5000)}</tt:Key></wsa:ReferenceParameters></wsnt:ConsumerReference>`;
    const heavy = await client.call("wsnt:Subscribe", good.replace("</wsnt:ConsumerReference>", parameters), PATH);
    expect(subcodes(heavy)).toEqual([FORBIDDEN]);
    const late = await client.call(
      "wsnt:Subscribe",
      `${good}<wsnt:InitialTerminationTime>P1D</wsnt:InitialTerminationTime>`,
      PATH,
    );
    expect(subcodes(late)).toEqual(["wsnt:UnacceptableInitialTerminationTimeFault"]);
  },
  LIMIT_MS,
);

test("what is pushed goes to the address that was found, by the consumer's name; a certificate has to be right", async () => {
  const seen: string[] = [];
  const fetchSeen = (request: Request) => {
    seen.push(request.url);
    return new Response(null, { status: 202 });
  };
  const { certificate, key } = await makeCertificate({ name: "nvr.invalid", sans: ["nvr.invalid"] });
  const plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: fetchSeen });
  const secure = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: fetchSeen, tls: { cert: certificate, key } });
  const post = (url: string) =>
    postNotification({ url: new URL(url), address: "127.0.0.1", headers: [] }, "<a/>", AbortSignal.timeout(LIMIT_MS));
  try {
    expect(await post(`http://nvr.invalid:${plain.port}/hook?a=b`)).toBe(true);
    expect(await post(`https://nvr.invalid:${secure.port}/hook`)).toBe(false);
    expect(seen).toEqual([`http://nvr.invalid:${plain.port}/hook?a=b`]);
  } finally {
    await Promise.all([plain.stop(true), secure.stop(true)]);
  }
});

testWithNetworkAndSchemas("curl")("every answer passes ONVIF's schemas, and what was pushed", () => {
  expect(client.schemaErrors()).toEqual([]);
  expect(schemaErrors(pushed)).toEqual([]);
});
