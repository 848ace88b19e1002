import { describe, expect, test } from "bun:test";
import { parseAuthorization } from "../../../src/identity/credentials.ts";
import { SeededRandom } from "../../support/seeded-random.ts";

const MD5_RESPONSE = "8ca523f5e9506fed4657c9700eebdbec";
const SHA256_RESPONSE = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";

const digest = (response: string, rest = "") =>
  `Digest username="Mufasa", realm="RotorDream", uri="/a", nonce="n", response="${response}"${rest}`;

describe("Basic", () => {
  test("the password may hold colons and any UTF-8", () => {
    const header = `Basic ${Buffer.from("jörg:a:b€").toString("base64")}`;
    expect(parseAuthorization(header)).toEqual({ scheme: "basic", user: "jörg", password: "a:b€" });
  });

  test("scheme and spacing are free", () => {
    expect(parseAuthorization("  bASIC   YTo=  ")).toEqual({ scheme: "basic", user: "a", password: "" });
  });

  test.each(["Basic", "Basic ", "Basic !!!", `Basic ${btoa("nocolon")}`, `Basic ${btoa("\xff:\xfe")}`])(
    "%p is malformed",
    (header) => {
      expect(parseAuthorization(header)).toBeUndefined();
    },
  );
});

describe("Digest", () => {
  test("what VLC, curl and GStreamer send comes out alike", () => {
    const expected = {
      scheme: "digest",
      user: "Mufasa",
      nonce: "n",
      uri: "/a",
      response: MD5_RESPONSE,
      algorithm: "MD5",
      counted: { nc: "00000001", cnonce: "c" },
    } as const;
    const forms = [
      digest(MD5_RESPONSE, ', algorithm=MD5, qop=auth, nc=00000001, cnonce="c"'),
      digest(MD5_RESPONSE, ',algorithm="md5",qop="auth",nc="00000001",cnonce=c'),
      `digest username = "Mufasa" , realm= "RotorDream",\turi =/a, nonce="n",, response=${MD5_RESPONSE.toUpperCase()}, qop=AUTH, nc=00000001, cnonce="c" ,`,
    ];
    for (const form of forms) expect(parseAuthorization(form)).toEqual(expected);
  });

  test("a missing algorithm is told by the length of the hash", () => {
    expect(parseAuthorization(digest(SHA256_RESPONSE))).toMatchObject({ algorithm: "SHA-256", counted: undefined });
    expect(parseAuthorization(digest(MD5_RESPONSE))).toMatchObject({ algorithm: "MD5", counted: undefined });
  });

  test("escaped quotes and commas inside quotes belong to the value", () => {
    expect(
      parseAuthorization(`Digest username="a\\"b, c\\\\", nonce="n", uri="/x?y=1,2", response="${MD5_RESPONSE}"`),
    ).toMatchObject({
      user: 'a"b, c\\',
      uri: "/x?y=1,2",
    });
  });

  test.each([
    digest("xyz"),
    digest(MD5_RESPONSE.slice(1)),
    digest(MD5_RESPONSE, ", algorithm=MD5-sess"),
    digest(MD5_RESPONSE, ", qop=auth-int, nc=00000001, cnonce=c"),
    digest(MD5_RESPONSE, ", qop=auth, nc=00000001"),
    digest(MD5_RESPONSE, ", qop=auth, nc=123456789, cnonce=c"),
    digest(MD5_RESPONSE, ", qop=auth, nc=-1, cnonce=c"),
    digest(MD5_RESPONSE, ', username="other"'),
    digest(MD5_RESPONSE, ', opaque="unterminated'),
    digest(MD5_RESPONSE, " garbage"),
    `Digest username="a", uri="/", response="${MD5_RESPONSE}"`,
    "Digest ,,,",
  ])("%p is malformed", (header) => {
    expect(parseAuthorization(header)).toBeUndefined();
  });

  test("too many parameters and too long headers are refused", () => {
    const parameters = (count: number) => Array.from({ length: count }, (_, index) => `, x${index}=1`).join("");
    expect(parseAuthorization(digest(MD5_RESPONSE, parameters(19)))).toBeDefined();
    expect(parseAuthorization(digest(MD5_RESPONSE, parameters(20)))).toBeUndefined();
    expect(parseAuthorization(digest(MD5_RESPONSE, ` ,${" ".repeat(4096)}`))).toBeUndefined();
  });

  test("hostile headers of the full length are parsed in no time", () => {
    const started = performance.now();
    for (const unit of [" ", ",", "a", '"', "\\", "a=", 'a="', "a= "])
      parseAuthorization(`Digest ${unit.repeat(4000 / unit.length)}`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("Bearer", () => {
  test("a token is taken as it is", () => {
    expect(parseAuthorization("Bearer abc-._~+/123==")).toEqual({ scheme: "bearer", token: "abc-._~+/123==" });
    expect(parseAuthorization("Bearer two words")).toBeUndefined();
  });
});

test("schemes that are not offered are malformed", () => {
  expect(parseAuthorization("Negotiate YII=")).toBeUndefined();
  expect(parseAuthorization("")).toBeUndefined();
});

test("20,000 damaged headers never throw, and what is accepted is well formed", () => {
  const random = new SeededRandom(7616);
  const sound = [
    digest(MD5_RESPONSE, ', algorithm=MD5, qop=auth, nc=0000000a, cnonce="c\\"d"'),
    digest(SHA256_RESPONSE, ", algorithm=SHA-256"),
    `Basic ${btoa("admin:password")}`,
    "Bearer abcdef==",
  ];
  let accepted = 0;
  for (let round = 0; round < 20_000; round += 1) {
    let header = random.pick(sound);
    for (let damage = random.below(4); damage >= 0; damage -= 1) {
      const at = random.below(header.length + 1);
      const inserted = random.pick(["", '"', "\\", ",", "=", " ", "\0", "\u{1f600}", header.slice(0, at)]);
      header = header.slice(0, at) + inserted + header.slice(at + random.below(3));
    }
    const credentials = parseAuthorization(header);
    if (credentials === undefined) continue;
    accepted += 1;
    if (credentials.scheme !== "digest") continue;
    expect(credentials.response).toMatch(/^[0-9a-f]+$/);
    expect(credentials.counted?.nc ?? "1").toMatch(/^[0-9a-fA-F]{1,8}$/);
  }
  expect(accepted).toBeGreaterThan(100);
});

test("names in a Digest are UTF-8, whether the front gives bytes or text", () => {
  const header = (name: string) => `Digest username="${name}", nonce="n", uri="/", response="${"0".repeat(32)}"`;
  const userOf = (text: string) => {
    const credentials = parseAuthorization(text);
    return credentials?.scheme === "digest" ? credentials.user : undefined;
  };
  expect(userOf(header("أحمد"))).toBe("أحمد");
  expect(userOf(Buffer.from(header("أحمد")).toString("latin1"))).toBe("أحمد");
  expect(userOf(Buffer.from(header("Jürgen")).toString("latin1"))).toBe("Jürgen");
  // a client that writes Latin-1
  expect(userOf(header("Jürgen"))).toBe("Jürgen");
});
