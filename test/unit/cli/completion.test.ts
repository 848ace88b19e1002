import { expect, test } from "bun:test";
import { completionScript, SHELLS } from "../../../src/cli/completion.ts";
import { completionWords } from "../../../src/cli/program.ts";

const words = completionWords("1");

test("commands and flags of help are completed, hidden ones not", () => {
  const names = words.map((one) => one.word);
  for (const name of ["serve", "doctor", "config", "completion", "--demo", "--http-port", "--no-discovery"])
    expect(names).toContain(name);
  expect(names).not.toContain("install");
});

test.each(SHELLS)("%s gets every word", (shell) => {
  const script = completionScript(shell, words);
  for (const { word } of words) expect(script).toContain(word.replace(/^--/, ""));
});

test("the bash script completes in a real bash", () => {
  const script = `${completionScript("bash", words)}
COMP_WORDS=(rotordream --http-) COMP_CWORD=1
_rotordream
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const run = Bun.spawnSync(["bash", "-c", script]);
  expect(`${run.stdout}${run.stderr}`).toBe("--http-port\n");
});
