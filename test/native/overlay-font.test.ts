import { expect, test } from "bun:test";
import { fontTable, readBdf } from "../../native/toolchain/make-font.ts";
import { Library } from "../../native/ts/index.ts";

const glyph = (code: number, rows: readonly string[], box = "10 20 0 -4") =>
  [
    `STARTCHAR c${code}`,
    `ENCODING ${code}`,
    "SWIDTH 480 0",
    "DWIDTH 10 0",
    `BBX ${box}`,
    "BITMAP",
    ...rows,
    "ENDCHAR",
    "",
  ].join("\n");
const EMPTY = Array<string>(20).fill("0000");

test("glyphs are packed without padding and listed by runs of characters", () => {
  const bdf = ["STARTFONT 2.1\n", glyph(65, EMPTY.with(0, "FFC0").with(1, "8000")), glyph(66, EMPTY), glyph(70, EMPTY)];
  const glyphs = readBdf(bdf.join(""));
  expect([...(glyphs.get(65) ?? [])]).toEqual([0xff, 0xe0, ...Array(23).fill(0)]);
  const table = fontTable(glyphs, [[60, 70]]);
  expect(table).toContain("{0x41, 2, 0},\n    {0x46, 1, 2},\n}");
  expect(() => readBdf(glyph(65, EMPTY, "9 18 0 -4"))).toThrow("box");
  expect(() => readBdf(glyph(65, EMPTY.slice(1)))).toThrow("rows");
});

test("the library says which texts its font can draw", () => {
  const library = Library.open();
  for (const text of [
    "",
    "Front gate 3",
    "Größe £5 ¿Qué?",
    "Łódź Šibenik",
    "Αθήνα",
    "Привет, Ґанок",
    "№ 7 – “x” € ←",
    "Việt",
  ])
    expect({ text, can: library.canDrawText(text) }).toEqual({ text, can: true });
  // the decomposed form is brought to the one that the font has
  expect(library.canDrawText("u\u0308")).toBe(true);
  for (const text of ["مرحبا", "日本", "😀", "a\0b", "line\nbreak", "x\u0301", "\ud800"])
    expect({ text, can: library.canDrawText(text) }).toEqual({ text, can: false });
});
