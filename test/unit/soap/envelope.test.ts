import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readEnvelope, writeEnvelope } from "../../../src/soap/envelope.ts";
import { faultBody, SoapFault } from "../../../src/soap/fault.ts";
import { provesPassword } from "../../../src/soap/username-token.ts";
import { findPath } from "../../../src/soap/xml-element.ts";
import { readXml } from "../../../src/soap/xml-reader.ts";
import { createCrypto } from "../../../src/storage/crypto.ts";
import { envelope, securityHeader } from "../../support/onvif-client.ts";

function faultOf(text: string): SoapFault {
  try {
    readEnvelope(text);
  } catch (error) {
    if (error instanceof SoapFault) return error;
    throw error;
  }
  throw new Error(`read: ${text}`);
}

test("a request's addressing, headers and operation", () => {
  const header = '<wsa:Action>a</wsa:Action><wsa:MessageID> m </wsa:MessageID><x:Id xmlns:x="urn:x">7</x:Id>';
  const request = readEnvelope(envelope("<tds:GetUsers/>", header));
  expect(request.addressing).toEqual({ action: "a", messageId: "m", to: undefined });
  expect(request.headers.map(({ name, text }) => [name, text])).toEqual([["Id", "7"]]);
  expect(request.operation.name).toBe("GetUsers");
  expect(request.usernameToken).toBeUndefined();
});

test("the digest of a token proves the password", () => {
  const crypto = createCrypto();
  const { usernameToken: token } = readEnvelope(
    envelope("<tds:GetUsers/>", securityHeader({ user: "ياسر", password: "geheim 😀" })),
  );
  if (token === undefined || token === "unreadable") throw new Error("no token");
  expect(token.user).toBe("ياسر");
  expect(provesPassword(token, "geheim 😀", crypto)).toBe(true);
  expect(provesPassword(token, "geheim", crypto)).toBe(false);
});

test("tokens as text, or incomplete, are unreadable", () => {
  const whole = securityHeader({ user: "a", password: "b" });
  const wrong = [
    whole.replace("#PasswordDigest", "#PasswordText"),
    whole.replace(/<wsse:Nonce>.*<\/wsse:Nonce>/, ""),
    whole.replace(/<wsu:Created>.*<\/wsu:Created>/, ""),
    whole.replace(/<wsu:Created>.*<\/wsu:Created>/, "<wsu:Created>yesterday</wsu:Created>"),
    whole.replace(/<wsse:Nonce>.*<\/wsse:Nonce>/, "<wsse:Nonce>%%%</wsse:Nonce>"),
    whole.replace(/<wsse:Username>.*<\/wsse:Username>/, "<wsse:Username/>"),
    whole.replace(/<wsse:Username>.*<\/wsse:Username>/, `<wsse:Username>${"x".repeat(1_000)}</wsse:Username>`),
  ];
  for (const header of wrong)
    expect(readEnvelope(envelope("<tds:A/>", header)).usernameToken, header).toBe("unreadable");
});

test("children of a token count in either namespace and under any prefix", () => {
  const { user, nonce, created, digest } = {
    user: "a",
    nonce: Buffer.from("0123456789abcdef"),
    created: "2026-11-22T06:35:51Z",
    digest: "",
  };
  const sha = createHash("sha1").update(nonce).update(`${created}pw`).digest("base64");
  const wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
  const type = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
  const header = `<Security xmlns="${wsse}"><UsernameToken><Username>${user}</Username><Password Type="${type}">${sha}${digest}</Password><Nonce xmlns="urn:elsewhere">${nonce.toString("base64")}</Nonce><Created>${created}</Created></UsernameToken></Security>`;
  const { usernameToken } = readEnvelope(envelope("<tds:A/>", header));
  if (usernameToken === undefined || usernameToken === "unreadable") throw new Error("no token");
  expect(provesPassword(usernameToken, "pw", createCrypto())).toBe(true);
});

test("headers that must be understood and are not, SOAP 1.1, and what is no envelope", () => {
  const demanding = `<x:Y xmlns:x="urn:x" env:mustUnderstand="1"/>`;
  expect(faultOf(envelope("<tds:A/>", demanding)).code).toBe("MustUnderstand");
  expect(faultOf('<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>').code).toBe("VersionMismatch");
  expect(faultOf("<Envelope/>").subcodes).toEqual(["ter:Namespace"]);
  expect(faultOf(envelope("<tds:A/>", "<wsa:To/>".repeat(40))).subcodes).toEqual(["ter:WellFormed"]);
});

test("a fault's subcodes are nested, outer first", () => {
  const fault = new SoapFault("Sender", ["ter:InvalidArgVal", "ter:NoProfile"], "no <such> profile");
  const body = readXml(writeEnvelope(faultBody(fault), { action: "x", relatesTo: "m" }));
  const code = findPath(body, "env:Body", "env:Fault", "env:Code");
  expect(findPath(code, "env:Value")?.text).toBe("env:Sender");
  expect(findPath(code, "env:Subcode", "env:Value")?.text).toBe("ter:InvalidArgVal");
  expect(findPath(code, "env:Subcode", "env:Subcode", "env:Value")?.text).toBe("ter:NoProfile");
  expect(findPath(body, "env:Body", "env:Fault", "env:Reason", "env:Text")?.text).toBe("no <such> profile");
  expect(findPath(body, "env:Header", "wsa:RelatesTo")?.text).toBe("m");
});
