import { afterAll, beforeAll, expect, test } from "bun:test";
import { findPath } from "../../src/soap/xml-element.ts";
import { testWith, testWithSchemas } from "../support/conditional-tests.ts";
import { envelope, OnvifClient, securityHeader, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  server = await startServer();
  client = new OnvifClient(server.http);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

test("what is asked before the login is answered, even with wrong credentials", async () => {
  for (const login of ["anonymous", { user: "admin", password: "wrong" }] as const) {
    const services = await client
      .as(login)
      .ask("tds:GetServices", "<tds:IncludeCapability>true</tds:IncludeCapability>");
    expect(findPath(services, "tds:Service", "tds:XAddr")?.text).toBe(`${server.http}/onvif/device_service`);
    await client.as(login).ask("tds:GetCapabilities");
    await client.as(login).ask("tds:GetSystemDateAndTime");
    const wsdl = await client.as(login).ask("tds:GetWsdlUrl");
    expect(findPath(wsdl, "tds:WsdlUrl")?.text).toStartWith("https://www.onvif.org/");
  }
});

test("a token that cannot be read counts as none before the login, and as no login after it", async () => {
  const whole = securityHeader({ user: "admin", password: "password" });
  const wrong = [
    whole.replace("#PasswordDigest", "#PasswordText"),
    whole.replace(/<wsu:Created>.*<\/wsu:Created>/, ""),
  ];
  for (const header of wrong) {
    expect((await client.post(envelope("<tds:GetSystemDateAndTime/>", header))).status).toBe(200);
    expect((await client.post(envelope("<tds:GetDeviceInformation/>", header))).status).toBe(401);
  }
});

test("everything else needs a login: 401 with a Digest challenge and the fault", async () => {
  for (const reply of [await client.as("anonymous").call("tds:GetDeviceInformation"), await client.post("")]) {
    expect(reply.status).toBe(401);
    expect(reply.headers.get("WWW-Authenticate")).toStartWith("Digest ");
    expect(subcodes(reply)).toEqual(["ter:NotAuthorized"]);
  }
});

test("a UsernameToken is good once, and only around now", async () => {
  const login = { user: "admin", password: "password" };
  const body = "<tds:GetDeviceInformation/>";
  const once = envelope(body, securityHeader(login));
  expect((await client.post(once)).status).toBe(200);
  expect((await client.post(once)).status).toBe(401);
  const old = securityHeader(login, new Date(Date.now() - 6 * 60_000).toISOString());
  expect((await client.post(envelope(body, old))).status).toBe(401);
});

testWith("curl")("curl logs in by Digest", () => {
  const run = Bun.spawnSync([
    "curl",
    "-sS",
    "--digest",
    "-u",
    "admin:password",
    "-d",
    envelope("<tds:GetDeviceInformation/>"),
    `${server.http}/onvif/device_service`,
  ]);
  expect(run.stdout.toString()).toContain("<tds:Manufacturer>RotorDream</tds:Manufacturer>");
});

test("what cannot be read is refused with the fault that names it", async () => {
  const faults = [
    ["no XML", ["ter:WellFormed"]],
    ["<a/>", ["ter:Namespace"]],
    [`<!DOCTYPE a [<!ENTITY b "c">]>${envelope("<tds:GetServices/>")}`, ["ter:WellFormed"]],
    [envelope(""), ["ter:TagMismatch"]],
    [envelope("<tds:GetServices/><tds:GetServices/>"), ["ter:TagMismatch"]],
    [envelope(`${"<a>".repeat(40)}${"</a>".repeat(40)}`), ["ter:WellFormed"]],
  ] as const;
  for (const [text, expected] of faults) {
    const reply = await client.post(text);
    expect(reply.status).toBe(400);
    expect(subcodes(reply)).toEqual([...expected]);
  }
  expect((await client.post("x".repeat(300_000))).status).toBe(413);
});

test("where passwords travel over TLS only, no user is made over plain HTTP", async () => {
  await using strict = await startServer([], { ROTORDREAM_SERVER_REQUIRE_TLS: "true" });
  const plain = new OnvifClient(strict.http);
  const user =
    "<tt:Username>new</tt:Username><tt:Password>a long enough one</tt:Password><tt:UserLevel>User</tt:UserLevel>";
  expect((await plain.call("tds:CreateUsers", `<tds:User>${user}</tds:User>`)).status).toBe(403);
  expect((await plain.ask("tds:GetUsers")).children).toHaveLength(1);
});

test("an operation that the device does not have is an optional one", async () => {
  const reply = await client.call("tds:GetDot1XConfigurations");
  expect(reply.status).toBe(500);
  expect(subcodes(reply)).toEqual(["ter:ActionNotSupported"]);
});

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
