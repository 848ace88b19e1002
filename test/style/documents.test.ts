import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, sourceFiles } from "./sources.ts";

const documents = sourceFiles("*.md", "{docs,src,native,test}/**/*.md");

/** GitHub's way of making an anchor of a heading. */
function anchors(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => heading ?? "");
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .trim()
        .replace(/ /g, "-"),
    ),
  );
}

test("links inside the documents lead somewhere", () => {
  expect(documents.length).toBeGreaterThan(0);
  const dead = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target ?? "")
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = "", anchor] = target.split("#");
        const full = file === "" ? path : join(dirname(path), file);
        if (!existsSync(join(ROOT, full))) return true;
        const linked = anchor === undefined ? undefined : documents.find((document) => document.path === full);
        return linked !== undefined && anchor !== undefined && !anchors(linked.text).has(anchor);
      })
      .map((target) => `${path}: ${target}`),
  );
  expect(dead).toEqual([]);
});
