import { readFileSync } from "node:fs";

/**
 * Makes the C table of the overlay's font from a BDF file; to be run by hand, because the result is in the repository:
 * `bun native/toolchain/make-font.ts 10x20.bdf > native/c/pixels/font-10x20.inc`. The README says where the BDF comes from.
 */

/** Columns and rows of a glyph. */
const COLUMNS = 10;
const ROWS = 20;
/** Bytes of a glyph: its bits row by row, the leftmost first, without padding. */
const GLYPH_BYTES = (COLUMNS * ROWS) / 8;
/** A row of a BDF glyph is padded to whole bytes. */
const BDF_ROW_BITS = 16;

/** Code points that are drawn, first and last: Latin, Greek, Cyrillic and the signs that go with them. */
const WANTED: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0xa0, 0x17f], // Latin-1 and Extended-A
  [0x18f, 0x18f], // Azerbaijani
  [0x192, 0x192],
  [0x1a0, 0x1a1], // Vietnamese
  [0x1af, 0x1b0],
  [0x218, 0x21b], // Romanian
  [0x259, 0x259],
  [0x370, 0x3ff], // Greek
  [0x400, 0x45f], // Cyrillic
  [0x490, 0x493],
  [0x49a, 0x49b],
  [0x4a2, 0x4a3],
  [0x4ae, 0x4b1],
  [0x4ba, 0x4bb],
  [0x4d8, 0x4d9],
  [0x4e8, 0x4e9],
  [0x1e80, 0x1e85], // Welsh
  [0x1e9e, 0x1e9e],
  [0x1ea0, 0x1ef9], // Vietnamese
  [0x2010, 0x2015], // dashes
  [0x2018, 0x2022], // quotation marks
  [0x2026, 0x2026],
  [0x2030, 0x2030],
  [0x2032, 0x2033],
  [0x2039, 0x203a],
  [0x20ac, 0x20ac],
  [0x2103, 0x2103],
  [0x2109, 0x2109],
  [0x2116, 0x2116],
  [0x2122, 0x2122],
  [0x2190, 0x2193],
  [0x2212, 0x2212],
  [0x25a0, 0x25a0],
  [0x25b2, 0x25b2],
  [0x25b6, 0x25b6],
  [0x25bc, 0x25bc],
  [0x25c0, 0x25c0],
  [0x25cf, 0x25cf],
  [0x2605, 0x2605],
];

/** Glyphs of a BDF text whose cells are 10 × 20, packed, by code point. Throws when one has another size. */
export function readBdf(text: string): ReadonlyMap<number, Uint8Array> {
  const glyphs = new Map<number, Uint8Array>();
  for (const [, code, box, bitmap = ""] of text.matchAll(
    /^ENCODING (\d+)\n(?:.*\n)*?BBX (.*)\n(?:.*\n)*?BITMAP\n([\s\S]*?)ENDCHAR$/gm,
  )) {
    if (box !== `${COLUMNS} ${ROWS} 0 -4`) throw new Error(`glyph ${code} has the box ${box}`);
    const rows = bitmap.trim().split("\n");
    const bits = rows.map((row) => Number.parseInt(row, 16).toString(2).padStart(BDF_ROW_BITS, "0").slice(0, COLUMNS));
    const packed = bits.join("").match(/.{8}/g) ?? [];
    if (packed.length !== GLYPH_BYTES) throw new Error(`glyph ${code} has ${rows.length} rows`);
    glyphs.set(
      Number(code),
      Uint8Array.from(packed, (byte) => Number.parseInt(byte, 2)),
    );
  }
  return glyphs;
}

/** The C text: runs of code points, and the glyphs one after the other. Code points without a glyph are left out. */
export function fontTable(
  glyphs: ReadonlyMap<number, Uint8Array>,
  wanted: readonly (readonly [number, number])[] = WANTED,
): string {
  const codes = wanted
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
    .filter((code) => glyphs.has(code));
  const runs: { readonly first: number; readonly index: number; count: number }[] = [];
  for (const [index, code] of codes.entries()) {
    const run = runs.at(-1);
    if (run !== undefined && run.first + run.count === code) run.count++;
    else runs.push({ first: code, index, count: 1 });
  }
  return [
    "/* Made by toolchain/make-font.ts from 10x20.bdf of the X Window System: public domain font, share and enjoy. */",
    "static const font_run font_runs[] = {",
    ...runs.map((run) => `    {0x${run.first.toString(16)}, ${run.count}, ${run.index}},`),
    "};",
    `static const uint8_t font_glyphs[][${GLYPH_BYTES}] = {`,
    ...codes.map((code) => `    {${(glyphs.get(code) ?? []).join(",")}},`),
    "};",
    "",
  ].join("\n");
}

if (import.meta.main) process.stdout.write(fontTable(readBdf(readFileSync(process.argv[2] ?? "10x20.bdf", "utf8"))));
