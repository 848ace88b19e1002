import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NAMESPACES, type QualifiedName } from "../../src/soap/namespaces.ts";
import { findPath, type XmlElement } from "../../src/soap/xml-element.ts";
import { readXml } from "../../src/soap/xml-reader.ts";
import { noteCall } from "./onvif-calls.ts";
import { SCHEMA_CHECK, SHARED_FOLDER } from "./shared-folder.ts";

/** An answer as it came. */
export interface OnvifReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The only child of the body. */
  readonly body: XmlElement;
}

/** Posts a text; `headers` beside those that every text has. */
export type PostText = (
  url: string,
  text: string,
  headers: Readonly<Record<string, string>>,
) => Promise<Omit<OnvifReply, "body">>;

/** How to log in. */
export interface OnvifLogin {
  readonly user: string;
  readonly password: string;
}

export const DEMO_LOGIN: OnvifLogin = { user: "admin", password: "password" };

const PASSWORD_DIGEST =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";
/** Of all namespaces, as attributes of the outermost element. */
export const DECLARATIONS: string = Object.entries(NAMESPACES)
  .map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`)
  .join("");

/** A SOAP client that keeps every answer, so that a test can have all of them checked against ONVIF's schemas. */
export class OnvifClient {
  readonly #http: string;
  readonly #login: OnvifLogin | "anonymous";
  readonly #answers: string[];
  readonly #send: PostText;

  /** `http`: the server's origin; `anonymous`: no credentials; `send`: from elsewhere than here. */
  constructor(
    http: string,
    login: OnvifLogin | "anonymous" = DEMO_LOGIN,
    answers: string[] = [],
    send: PostText = fetchText,
  ) {
    this.#http = http;
    this.#login = login;
    this.#answers = answers;
    this.#send = send;
  }

  /** The same server and answers with another login. */
  as(login: OnvifLogin | "anonymous"): OnvifClient {
    return new OnvifClient(this.#http, login, this.#answers, this.#send);
  }

  /** Calls an operation with this content, written with the prefixes of `NAMESPACES`; `path` may be a whole URL. */
  async call(name: QualifiedName, content = "", path = "/onvif/device_service", headers = ""): Promise<OnvifReply> {
    noteCall(name);
    const security = this.#login === "anonymous" ? "" : securityHeader(this.#login);
    return this.post(envelope(`<${name}>${content}</${name}>`, security + headers), path);
  }

  /** Like `call`; throws with the fault unless the answer is 200. Gives the response element. */
  async ask(name: QualifiedName, content = "", path?: string, headers?: string): Promise<XmlElement> {
    const reply = await this.call(name, content, path, headers);
    if (reply.status !== 200) throw new Error(`${name}: ${reply.status} ${reply.text}`);
    return reply.body;
  }

  /** Posts any text. */
  async post(text: string, path = "/onvif/device_service", headers: Record<string, string> = {}): Promise<OnvifReply> {
    const answer = await this.#send(new URL(path, this.#http).href, text, {
      "Content-Type": "application/soap+xml; charset=utf-8",
      ...headers,
    });
    this.#answers.push(answer.text);
    const body = findPath(readXml(answer.text), "env:Body")?.children[0];
    if (body === undefined) throw new Error(`an answer without a body: ${answer.text}`);
    return { ...answer, body };
  }

  /** What is wrong with the answers so far by ONVIF's schemas, a text for each; for `testWithSchemas`. */
  schemaErrors(): readonly string[] {
    return schemaErrors(this.#answers);
  }
}

const fetchText: PostText = async (url, body, headers) => {
  const response = await fetch(url, { method: "POST", body, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

/** Faults' subcodes, outer first. */
export function subcodes({ body }: OnvifReply): readonly string[] {
  const found: string[] = [];
  let code = findPath(body, "env:Code", "env:Subcode");
  while (code !== undefined) {
    found.push(findPath(code, "env:Value")?.text ?? "");
    code = findPath(code, "env:Subcode");
  }
  return found;
}

/** A whole message. */
export function envelope(body: string, header = ""): string {
  return `<?xml version="1.0" encoding="UTF-8"?><env:Envelope${DECLARATIONS}><env:Header>${header}</env:Header><env:Body>${body}</env:Body></env:Envelope>`;
}

/** WS-Security with a digest of `created`, now unless given. */
export function securityHeader({ user, password }: OnvifLogin, created = new Date().toISOString()): string {
  const nonce = randomBytes(16);
  const digest = createHash("sha1").update(nonce).update(created).update(password).digest("base64");
  return `<wsse:Security env:mustUnderstand="1"><wsse:UsernameToken><wsse:Username>${user}</wsse:Username><wsse:Password Type="${PASSWORD_DIGEST}">${digest}</wsse:Password><wsse:Nonce>${nonce.toString("base64")}</wsse:Nonce><wsu:Created>${created}</wsu:Created></wsse:UsernameToken></wsse:Security>`;
}

/** What is wrong with whole documents by ONVIF's schemas, a text for each; for `testWithSchemas`. Throws where there is nothing to check, or nothing to check it with. */
export function schemaErrors(documents: readonly string[]): readonly string[] {
  if (documents.length === 0) throw new Error("there is nothing to check");
  const check = join(SHARED_FOLDER, SCHEMA_CHECK);
  const folder = mkdtempSync(join(tmpdir(), "rotordream-onvif-"));
  try {
    const files = documents.map((text, index) => {
      const file = join(folder, `${index}.xml`);
      writeFileSync(file, text);
      return file;
    });
    const run = Bun.spawnSync(["/usr/bin/python3", check, ...files]);
    const lines = run.stdout
      .toString()
      .split("\n")
      .filter((line) => line !== "");
    if (lines.length !== files.length) throw new Error(`the schema check failed: ${run.stderr.toString()}`);
    return lines.flatMap((line, index) => (line.endsWith(" ok") ? [] : [`${line}\n${documents[index]}`]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
