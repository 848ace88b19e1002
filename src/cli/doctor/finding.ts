/** How a thing stands: `good`; `note`, worth knowing; `problem`, works but worse than it could; `fatal`, cannot serve as configured. */
export type FindingState = "good" | "note" | "problem" | "fatal";

/** One thing that was looked at. */
export interface Finding {
  readonly state: FindingState;
  /** What is the case, a sentence. */
  readonly text: string;
  /** What to do about it: a sentence, or a command line to copy. */
  readonly fix?: string;
}

/** The findings about one subject. */
export interface Chapter {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const MARKS: Readonly<Record<FindingState, string>> = { good: "ok", note: "note", problem: "PROBLEM", fatal: "FATAL" };
const MARK_WIDTH = 9;

/** Whether serving as configured would work. */
export function canServe(chapters: readonly Chapter[]): boolean {
  return !chapters.some((chapter) => chapter.findings.some((finding) => finding.state === "fatal"));
}

/** The report as text for a terminal, ending with a verdict. */
export function reportText(chapters: readonly Chapter[]): string {
  const lines = chapters.flatMap(({ title, findings }) => ["", title, ...findings.flatMap(findingLines)]);
  return `${[...lines.slice(1), "", verdict(chapters)].join("\n")}\n`;
}

function findingLines({ state, text, fix }: Finding): readonly string[] {
  const first = `  ${MARKS[state].padEnd(MARK_WIDTH)}${text}`;
  return fix === undefined ? [first] : [first, `  ${" ".repeat(MARK_WIDTH)}→ ${fix}`];
}

function verdict(chapters: readonly Chapter[]): string {
  const states = chapters.flatMap((chapter) => chapter.findings.map((finding) => finding.state));
  const problems = states.filter((state) => state === "problem").length;
  if (!canServe(chapters)) return "RotorDream cannot serve like this: mend what is marked FATAL.";
  if (problems === 0) return "RotorDream can serve; nothing to mend.";
  return `RotorDream can serve; ${problems === 1 ? "one thing" : `${problems} things`} to mend.`;
}
