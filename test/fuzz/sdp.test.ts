import { expect, test } from "bun:test";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../../src/core/errors.ts";
import { chooseFormat } from "../../src/sdp/format-choice.ts";
import { parsePeerDescription } from "../../src/sdp/peer-description.ts";
import { parseTrickleFragment } from "../../src/sdp/trickle-fragment.ts";
import { formatAnswer } from "../../src/sdp/webrtc-description.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const INPUTS = process.env.RD_LONG === "1" ? 300_000 : 5000;
const SEED = 20_260_103;
const DEADLINE_MS = 3_600_000;
const FIXTURES = join(import.meta.dirname, "../fixtures/sdp");

/** Drops, doubles, swaps and damages lines. */
function mutated(random: SeededRandom, text: string): string {
  const lines = text.split("\r\n");
  for (let count = 1 + random.below(5); count > 0; count -= 1) {
    const at = random.below(lines.length);
    const line = lines[at] ?? "";
    const cut = random.below(line.length + 1);
    const kind = random.below(6);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(random.below(lines.length), 0, line);
    else if (kind === 2) lines[at] = line.slice(0, cut);
    else if (kind === 3) lines[at] = line.slice(0, cut) + String.fromCharCode(random.below(300)) + line.slice(cut + 1);
    else if (kind === 4) lines[at] = line.replace(/\d+/, String(random.pick([-1, 0, 1, 64, 128, 65536, 1e12])));
    else lines[at] = line.slice(0, cut) + random.pick(lines).slice(0, 80);
  }
  return lines.join(random.pick(["\r\n", "\r\n", "\n"]));
}

/** Only a refusal meant for the peer may be thrown. */
function refused(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (error instanceof AppError && (error.kind === "bad-request" || error.kind === "too-large")) return true;
    throw error;
  }
}

test(
  `${INPUTS} mutated offers: refused or answered, and the answer is well-formed`,
  () => {
    const random = new SeededRandom(SEED);
    const offers = globSync("*.sdp", { cwd: FIXTURES }).map((name) => readFileSync(join(FIXTURES, name), "utf8"));
    let [answered, refusals] = [0, 0];
    for (let input = 0; input < INPUTS; input += 1) {
      const text = mutated(random, random.pick(offers));
      refused(() => void parseTrickleFragment(text));
      const isRefused = refused(() => {
        const offer = parsePeerDescription(text);
        const format = chooseFormat(offer.video.formats, "42c01f");
        if (format === undefined) return;
        const answer = formatAnswer(
          {
            sessionId: "1",
            iceUfrag: "AbCd",
            icePassword: "0123456789abcdefghijklmn",
            isIceLite: true,
            fingerprint: "AB",
            candidates: [],
            setup: "passive",
            mid: offer.video.mid,
            formats: [{ ...format, feedback: [...format.feedback].filter((kind) => kind.startsWith("nack")) }],
            extensions: offer.video.extensions,
            trackId: "stream1",
            cname: "x",
            ssrc: 1,
            rtxSsrc: 2,
          },
          offer,
        );
        answered += 1;
        if (!/^(?:[a-z]=[^\r\n]*\r\n)+$/.test(answer)) throw new Error(`input ${input} of seed ${SEED}: ${answer}`);
        expect(answer.match(/^m=/gm)?.length).toBe(offer.sections.length);
      });
      if (isRefused) refusals += 1;
    }
    expect(answered).toBeGreaterThan(INPUTS / 10);
    expect(refusals).toBeGreaterThan(INPUTS / 20);
  },
  DEADLINE_MS,
);
