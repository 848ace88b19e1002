import { expect, test } from "bun:test";
import { readEnvelope } from "../../src/soap/envelope.ts";
import { SoapFault } from "../../src/soap/fault.ts";
import { envelope, securityHeader } from "../support/onvif-client.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const INPUTS = process.env.RD_LONG === "1" ? 300_000 : 4000;
const SEED = 20_261_130;
const DEADLINE_MS = 3_600_000;

const MESSAGES = [
  envelope("<tds:GetServices><tds:IncludeCapability>true</tds:IncludeCapability></tds:GetServices>"),
  envelope("<trt:GetProfiles/>", securityHeader({ user: "admin", password: "password" })),
  envelope(
    "<tev:PullMessages><tev:Timeout>PT5S</tev:Timeout><tev:MessageLimit>5</tev:MessageLimit></tev:PullMessages>",
    "<wsa:Action>a</wsa:Action><wsa:MessageID>b</wsa:MessageID>",
  ),
];
const PIECES = [
  "<",
  ">",
  "/>",
  "&",
  "&#x0;",
  "&#99999999;",
  "<![CDATA[",
  "]]>",
  "<!--",
  "-->",
  "<?",
  "?>",
  "<!DOCTYPE x [",
  'xmlns=""',
  "xmlns:env='x'",
  ":",
  "__proto__",
  "constructor",
  "\u0000",
  "\uD800",
  "<a>".repeat(40),
  " a='1'".repeat(80),
];

/** Cuts, doubles and replaces parts. */
function mutated(random: SeededRandom, text: string): string {
  let result = text;
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    const from = random.below(result.length + 1);
    const to = Math.min(result.length, from + random.below(random.pick([1, 4, 40, 400])));
    const kind = random.below(4);
    const middle =
      kind === 0
        ? ""
        : kind === 1
          ? result.slice(from, to).repeat(2)
          : kind === 2
            ? random.pick(PIECES)
            : result.slice(0, 80);
    result = result.slice(0, from) + middle + result.slice(to);
  }
  return result;
}

test(
  `${INPUTS} mutated messages: read, or refused with a fault`,
  () => {
    const random = new SeededRandom(SEED);
    let [read, refused] = [0, 0];
    for (let input = 0; input < INPUTS; input += 1) {
      const text = mutated(random, random.pick(MESSAGES));
      try {
        expect(readEnvelope(text).operation.name.length).toBeGreaterThan(0);
        read += 1;
      } catch (error) {
        if (!(error instanceof SoapFault)) throw new Error(`input ${input}: ${text}`, { cause: error });
        refused += 1;
      }
    }
    expect(read).toBeGreaterThan(INPUTS / 100);
    expect(refused).toBeGreaterThan(INPUTS / 2);
  },
  DEADLINE_MS,
);
