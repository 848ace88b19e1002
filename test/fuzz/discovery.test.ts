import { expect, test } from "bun:test";
import { AppError } from "../../src/core/errors.ts";
import { scopeRule } from "../../src/modules/onvif/discovery/scope-match.ts";
import { DEFAULT_RULE, readDiscoveryQuestion } from "../../src/soap/discovery-message.ts";
import { question } from "../support/discovery-peer.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const INPUTS = process.env.RD_LONG === "1" ? 300_000 : 5000;
const SEED = 20_261_130;
const PARTS = [
  "<",
  ">",
  "&",
  "&#0;",
  "&lt;",
  "<!DOCTYPE a>",
  "]]>",
  "<![CDATA[",
  "\0",
  "\ufffe",
  "xmlns:d=''",
  "<d:Types>",
  "dn:",
  " ".repeat(50),
  "x".repeat(2000),
];
const MESSAGES = [
  question(
    "Probe",
    "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes MatchBy='a'>onvif://www.onvif.org/name/x</d:Scopes>",
  ),
  question("Resolve", "<a:EndpointReference><a:Address>urn:uuid:1</a:Address></a:EndpointReference>"),
];

/** Cuts, doubles, swaps and damages pieces. */
function mutated(random: SeededRandom): string {
  let text = random.pick(MESSAGES);
  for (let count = 1 + random.below(5); count > 0; count -= 1) {
    const [from, length] = [random.below(text.length), random.below(60)];
    const piece = text.slice(from, from + length);
    const kind = random.below(4);
    if (kind === 0) text = text.slice(0, from) + text.slice(from + length);
    else if (kind === 1) text = text.slice(0, from) + piece + text.slice(from);
    else if (kind === 2) text = text.slice(0, from) + random.pick(PARTS) + text.slice(from);
    else text = text.slice(0, from) + String.fromCharCode(random.below(70_000)) + text.slice(from + 1);
  }
  return text;
}

test(`${INPUTS} damaged discovery messages: read, passed over or refused, and what is read is bounded`, () => {
  const random = new SeededRandom(SEED);
  const matches = scopeRule(DEFAULT_RULE);
  let [questions, refusals] = [0, 0];
  for (let input = 0; input < INPUTS; input += 1) {
    try {
      const read = readDiscoveryQuestion(mutated(random));
      if (read === undefined) continue;
      questions += 1;
      expect(read.messageId.length).toBeLessThanOrEqual(256);
      if (read.kind === "Resolve") continue;
      expect(read.types.length + read.scopes.length).toBeLessThanOrEqual(64);
      for (const scope of read.scopes) matches?.(scope, "onvif://www.onvif.org/name/x");
    } catch (error) {
      if (!(error instanceof AppError && error.kind === "bad-request")) throw error;
      refusals += 1;
    }
  }
  expect(questions).toBeGreaterThan(INPUTS / 20);
  expect(refusals).toBeGreaterThan(INPUTS / 20);
}, 3_600_000);
