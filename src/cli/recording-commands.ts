import type { Command } from "commander";

/** What is to be done with the recordings of the data folder. */
export type RecordingOrder =
  | { readonly order: "list" | "check" | "repair" }
  /** Paths and ids as given. */
  | { readonly order: "export"; readonly id: string; readonly target: string };

/** The grammar of `rotordream recordings`, which works on the data folder; a running server may use it meanwhile. */
export function addRecordingCommands(program: Command, choose: (order: RecordingOrder) => void): void {
  const recordings = program.command("recordings").description("what was recorded: list, check, repair, export");
  recordings
    .command("list")
    .description("print a line for each file, newest first")
    .action(() => choose({ order: "list" }));
  recordings
    .command("check")
    .description("compare rows and files; exit code 74 where they differ")
    .action(() => choose({ order: "check" }));
  recordings
    .command("repair")
    .description(
      "mend what a crash cut off, take up files without a row and the disk as it is, forget files that are gone",
    )
    .action(() => choose({ order: "repair" }));
  recordings
    .command("export <id> <file>")
    .description("copy a recording to a file, which must not exist yet")
    .action((id: string, target: string) => choose({ order: "export", id, target }));
}
