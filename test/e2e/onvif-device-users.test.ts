import { afterAll, beforeAll, expect, test } from "bun:test";
import { findChildren, findPath } from "../../src/soap/xml-element.ts";
import { testWithSchemas } from "../support/conditional-tests.ts";
import { envelope, OnvifClient, subcodes } from "../support/onvif-client.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PASSWORD = "a long good password";

let server: TestServer;
let client: OnvifClient;
beforeAll(async () => {
  // reachable from elsewhere, so that the rule for passwords is the one of real devices
  server = await startServer(["--listen", "0.0.0.0", "--no-discovery", "--admin-password", PASSWORD]);
  client = new OnvifClient(server.http, { user: "admin", password: PASSWORD });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function user(name: string, level: string, password: string | null = PASSWORD): string {
  const secret = password === null ? "" : `<tt:Password>${password}</tt:Password>`;
  return `<tds:User><tt:Username>${name}</tt:Username>${secret}<tt:UserLevel>${level}</tt:UserLevel></tds:User>`;
}

/** Names and levels. */
async function users(): Promise<Readonly<Record<string, string>>> {
  const answer = await client.ask("tds:GetUsers");
  return Object.fromEntries(
    findChildren(answer, "tds:User").map((one) => [
      findPath(one, "tt:Username")?.text ?? "",
      findPath(one, "tt:UserLevel")?.text ?? "",
    ]),
  );
}

/** The fault of a request that changes no user. */
async function fault(name: `tds:${string}`, content: string, as = client): Promise<readonly string[]> {
  const before = await users();
  const reply = await as.call(name, content);
  expect(reply.status).not.toBe(200);
  expect(await users()).toEqual(before);
  return subcodes(reply);
}

test("users are made, log in with their levels, change and go", async () => {
  await client.ask(
    "tds:CreateUsers",
    user("olga", "Operator") + user("كاميرا", "User") + user("second", "Administrator"),
  );
  expect(await users()).toEqual({ admin: "Administrator", olga: "Operator", second: "Administrator", كاميرا: "User" });
  const viewer = client.as({ user: "كاميرا", password: PASSWORD });
  expect((await viewer.call("tds:GetScopes")).status).toBe(200);
  expect((await viewer.call("tds:GetUsers")).status).toBe(403);
  expect((await viewer.call("tds:SystemReboot")).status).toBe(403);
  const operator = client.as({ user: "olga", password: PASSWORD });
  expect((await operator.call("tds:SendAuxiliaryCommand", command("tt:IRLamp|Off"))).status).toBe(200);
  expect((await operator.call("tds:SetScopes", "<tds:Scopes>a:b</tds:Scopes>")).status).toBe(403);

  await client.ask("tds:SetUser", user("olga", "User", "another good password") + user("كاميرا", "Operator", null));
  expect(await users()).toMatchObject({ olga: "User", كاميرا: "Operator" });
  expect((await operator.call("tds:GetScopes")).status).toBe(401);
  const changed = client.as({ user: "olga", password: "another good password" });
  expect((await changed.call("tds:GetScopes")).status).toBe(200);
  expect((await viewer.call("tds:GetScopes")).status).toBe(200);

  const [first, second] = ["<tds:Username>olga</tds:Username>", "<tds:Username>كاميرا</tds:Username>"];
  await client.ask("tds:DeleteUsers", `${first}${second}<tds:Username>second</tds:Username>`);
  expect(await users()).toEqual({ admin: "Administrator" });
});

test("a list is done whole or not at all, and the fault says why", async () => {
  const created = [
    [user("fine", "User") + user("admin", "User"), "ter:OperationProhibited", "ter:UsernameClash"],
    [user("twice", "User") + user("twice", "Operator"), "ter:OperationProhibited", "ter:UsernameClash"],
    [user("fine", "User") + user("weak", "User", "password"), "ter:OperationProhibited", "ter:PasswordTooWeak"],
    [user("fine", "User") + user("bare", "User", null), "ter:OperationProhibited", "ter:PasswordTooWeak"],
    [user("long", "User", "x".repeat(129)), "ter:OperationProhibited", "ter:PasswordTooLong"],
    [user("x".repeat(33), "User"), "ter:OperationProhibited", "ter:UsernameTooLong"],
    [user("", "User"), "ter:OperationProhibited", "ter:UsernameTooShort"],
    [user("ghost", "Anonymous"), "ter:OperationProhibited", "ter:AnonymousNotAllowed"],
    [Array.from({ length: 32 }, (_, index) => user(`u${index}`, "User")).join(""), "ter:Action", "ter:TooManyUsers"],
    [user("fine", "User") + user("b/d", "User"), "ter:InvalidArgVal"],
    [user("fine", "King"), "ter:InvalidArgVal"],
    [user("fine", "Extended"), "ter:InvalidArgVal"],
    ["", "ter:InvalidArgs"],
    ["<tds:User><tt:Username>x</tt:Username></tds:User>", "ter:InvalidArgs"],
    ["<tt:User><tt:Username>x</tt:Username><tt:UserLevel>User</tt:UserLevel></tt:User>", "ter:InvalidArgs"],
  ] as const;
  for (const [content, ...expected] of created) expect(await fault("tds:CreateUsers", content)).toEqual(expected);

  await client.ask("tds:CreateUsers", user("eva", "User"));
  const changed = [
    [user("eva", "Operator") + user("nobody", "User"), "ter:InvalidArgVal", "ter:UsernameMissing"],
    [user("eva", "Operator") + user("admin", "User", null), "ter:InvalidArgVal", "ter:FixedUser"],
    [user("eva", "Operator", "x".repeat(129)), "ter:OperationProhibited", "ter:PasswordTooLong"],
    [user("eva", "Operator", "short"), "ter:OperationProhibited", "ter:PasswordTooWeak"],
    [user("eva", "Anonymous"), "ter:OperationProhibited", "ter:AnonymousNotAllowed"],
  ] as const;
  for (const [content, ...expected] of changed) expect(await fault("tds:SetUser", content)).toEqual(expected);

  const named = (...names: readonly string[]) => names.map((name) => `<tds:Username>${name}</tds:Username>`).join("");
  expect(await fault("tds:DeleteUsers", named("eva", "nobody"))).toEqual(["ter:InvalidArgVal", "ter:UsernameMissing"]);
  expect(await fault("tds:DeleteUsers", named("eva", "admin"))).toEqual(["ter:InvalidArgVal", "ter:FixedUser"]);
  expect(await fault("tds:DeleteUsers", "")).toEqual(["ter:InvalidArgs"]);
  await client.ask("tds:DeleteUsers", named("eva"));
});

test("one's own password needs no old one where the request itself proved it, and no token does this", async () => {
  await client.ask("tds:CreateUsers", user("boss", "Administrator"));
  await client
    .as({ user: "boss", password: PASSWORD })
    .ask("tds:SetUser", user("boss", "Administrator", "a new good password"));
  const boss = client.as({ user: "boss", password: "a new good password" });
  expect((await boss.call("tds:GetUsers")).status).toBe(200);

  const login = await fetch(`${server.http}/api/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username: "boss", password: "a new good password" }),
  });
  const { data } = (await login.json()) as { readonly data: { readonly token: string } };
  const headers = { Authorization: `Bearer ${data.token}` };
  const anonymous = client.as("anonymous");
  const body = `<tds:SetUser>${user("boss", "Administrator", "stolen good password")}</tds:SetUser>`;
  const reply = await anonymous.post(envelope(body), undefined, headers);
  expect(reply.status).not.toBe(200);
  expect((await boss.call("tds:GetUsers")).status).toBe(200);
  await client.ask("tds:DeleteUsers", "<tds:Username>boss</tds:Username>");
});

function command(name: string): string {
  return `<tds:AuxiliaryCommand>${name}</tds:AuxiliaryCommand>`;
}

testWithSchemas("every answer passes ONVIF's schemas", () => {
  expect(client.schemaErrors()).toEqual([]);
});
