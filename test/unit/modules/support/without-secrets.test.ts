import { expect, test } from "bun:test";
import { withoutSecrets } from "../../../../src/modules/support/without-secrets.ts";

const KEY = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ\nEE\n-----END EC PRIVATE KEY-----";

test.each([
  ["rtsp://eva:gehe@im!@10.0.0.7:554/stream1", "rtsp://(not shown)@10.0.0.7:554/stream1"],
  ["turn:eva:geheim@turn.example", "turn:(not shown)@turn.example"],
  ["Authorization: Bearer abcdefgh.ijk-l", "Authorization: Bearer (not shown)"],
  ['Digest username="eva", response="6629fae4"', 'Digest username="eva", response="(not shown)"'],
  ["GET /api/mjpeg?token=abc&fps=3", "GET /api/mjpeg?token=(not shown)&fps=3"],
  ["pin password=1234", "pin password=(not shown)"],
  ['wpa psk="eins zwei drei" ssid=hof', 'wpa psk="(not shown)" ssid=hof'],
  ['{"admin_password":"a\\"b","x":1}', '{"admin_password":"(not shown)","x":1}'],
  ['{"reason":"{\\"secret\\":\\"abc\\"}"}', '{"reason":"{\\"secret\\":\\"(not shown)\\"}"}'],
  ['{"text":"psk=\\"eins zwei\\""}', '{"text":"psk=\\"(not shown)\\""}'],
  ['{"text":"password=abc"}', '{"text":"password=(not shown)"}'],
  ['{"password":"cut off', '{"password":"(not shown)"'],
  [`before ${KEY} after`, "before (not shown) after"],
  [KEY.slice(0, 45), "(not shown)"],
])("%j becomes %j", (text, shown) => {
  expect(withoutSecrets(text, [])).toEqual(shown);
});

test.each([
  "mail to eva@example.org",
  "the password of admin is in a file",
  '{"action":"token-added","subject":"nvr"}',
  '{"must_change_password":true,"password_revision": 12}',
  "listening at http://127.0.0.1:8080/",
])("%j stays", (text) => {
  expect(withoutSecrets(text, [])).toBe(text);
});

test("known secrets go wherever they stand, the longer one first, however they are written", () => {
  const secret = 'ein "langes" Wort';
  const text = `${secret} ${JSON.stringify({ text: secret })} ?x=${encodeURIComponent(secret)} ein`;
  expect(withoutSecrets(text, ['"langes"', secret, "ein"])).toBe(
    '(not shown) {"text":"(not shown)"} ?x=(not shown) ein',
  );
});

test("no text takes long", () => {
  const texts = ["a.", "turn:", "token", 'secret="', "Digest a=", "-----BEGIN PRIVATE KEY-----", "x://"];
  const begin = performance.now();
  for (const text of texts) withoutSecrets(text.repeat(2_000_000 / text.length), []);
  expect(performance.now() - begin).toBeLessThan(5000);
});
