import { Command, CommanderError, Option } from "commander";
import { flaggedKeys, type StartFlags } from "../config/flags.ts";
import { AppError } from "../core/errors.ts";
import { type AccountOrder, addAccountCommands } from "./account-commands.ts";
import { addCertificateCommands, type CertificateOrder } from "./certificate-commands.ts";
import { type CompletionWord, SHELLS, type Shell } from "./completion.ts";
import { addRecordingCommands, type RecordingOrder } from "./recording-commands.ts";

/** What the command line asks for. */
export type Invocation =
  | {
      readonly command: "serve" | "doctor" | "config check" | "config show" | "config schema";
      readonly flags: StartFlags;
    }
  | { readonly command: "accounts"; readonly order: AccountOrder; readonly flags: StartFlags }
  | { readonly command: "certificate"; readonly order: CertificateOrder; readonly flags: StartFlags }
  | { readonly command: "recordings"; readonly order: RecordingOrder; readonly flags: StartFlags }
  | { readonly command: "completion"; readonly shell: Shell }
  /** Of the contract, but not in this version. */
  | { readonly command: "absent"; readonly name: string }
  /** Help or version: already said. */
  | { readonly command: "none" };

/** Commands that the contract names and later versions bring. */
const ABSENT_COMMANDS = ["install", "uninstall"];

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "--listen": "where to listen; may be repeated (default: all addresses)",
  "--http-port": "HTTP (default: 80)",
  "--https-port": "HTTPS (default: 443)",
  "--rtsp-port": "RTSP (default: 554)",
  "--rtsps-port": "RTSP over TLS (default: 322)",
  "--webrtc-port": "WebRTC, UDP and TCP (default: 8189)",
  "--admin-password":
    "password of admin at the first start; visible to other users of this machine, so prefer ROTORDREAM_AUTH_ADMIN_PASSWORD",
  "--anonymous": "what callers without a login may do: guest (nothing) or viewer (default: guest)",
};

/** Where the parser's own words go. */
export interface ProgramOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The command line's grammar; `choose` receives what was asked for. */
function createProgram(version: string, output: ProgramOutput, choose: (invocation: Invocation) => void): Command {
  const program = new Command("rotordream")
    .description("Camera server: live video from a camera or the built-in test source over RTSP and HTTP.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "print this help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: output.out,
      writeErr: output.err,
      outputError: (text, write) => write(withoutValue(text)),
    });
  addStartOptions(program);
  const choosing = (command: "serve" | "doctor" | "config check" | "config show" | "config schema") => () =>
    choose({ command, flags: startFlags(program) });

  program.command("serve").description("serve (also without any command)").action(choosing("serve"));
  program
    .command("doctor")
    .description(
      "look at cameras, encoders, ports, permissions, storage and clock; say what is wrong and how to fix it",
    )
    .action(choosing("doctor"));
  const config = program
    .command("config")
    .description("the configuration: check it, show what is in force, list its keys");
  config.command("check").description("read everything, report mistakes").action(choosing("config check"));
  config.command("show").description("print the values in force, without secrets").action(choosing("config show"));
  config
    .command("schema")
    .description("print every key with what it allows, as JSON")
    .action(choosing("config schema"));
  addAccountCommands(program, (order) => choose({ command: "accounts", order, flags: startFlags(program) }));
  addCertificateCommands(program, (order) => choose({ command: "certificate", order, flags: startFlags(program) }));
  addRecordingCommands(program, (order) => choose({ command: "recordings", order, flags: startFlags(program) }));
  program
    .command("completion")
    .description("print the completion script of a shell")
    .argument("<shell>", SHELLS.join(", "))
    .action((shell: string) => choose({ command: "completion", shell: shellOf(shell) }));
  for (const name of ABSENT_COMMANDS) {
    program
      .command(name, { hidden: true })
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => choose({ command: "absent", name }));
  }
  // Last, for commands inherit what is set before them.
  program.allowExcessArguments().action(() => {
    refuseOperands(program);
    choosing("serve")();
  });
  return program;
}

/** Reads the arguments (without program name). Throws AppError `configuration` for what the page does not know; the parser has then already said why. */
export function parseArguments(version: string, output: ProgramOutput, args: readonly string[]): Invocation {
  let chosen: Invocation = { command: "none" };
  const program = createProgram(version, output, (invocation) => {
    chosen = invocation;
  });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new AppError("configuration", "See `rotordream --help`.");
  }
  return chosen;
}

/** The commands and flags that help shows. */
export function completionWords(version: string): readonly CompletionWord[] {
  const nothing = () => undefined;
  const program = createProgram(version, { out: nothing, err: nothing }, nothing);
  const help = program.createHelp();
  return [
    ...help.visibleCommands(program).map((one) => ({ word: one.name(), description: one.description() })),
    ...help.visibleOptions(program).map((one) => ({ word: one.long ?? one.flags, description: one.description })),
  ];
}

function addStartOptions(program: Command): void {
  program
    .option("--demo", 'built-in test source on loopback, user admin with password "password", everybody may look')
    .option("--standard-ports", "with --demo: ports 80, 443, 554, 322")
    .option(
      "--source <source>",
      "auto, test, /dev/videoN or a name from /dev/v4l/by-id; two cameras: A,B (default: auto)",
    )
    .option(
      "--data-dir <folder>",
      "where everything is kept (default: /var/lib/rotordream or ~/.local/share/rotordream)",
    )
    .option("--config <file>", "configuration file (default: rotordream.toml in /etc/rotordream or the data folder)");
  for (const { flag } of flaggedKeys()) {
    const value = flag.endsWith("-port") ? "port" : flag.slice(2);
    const option = new Option(`${flag} <${value}>`, DESCRIPTIONS[flag] ?? "");
    program.addOption(flag === "--listen" ? option.argParser(joinWithComma) : option);
  }
  program
    .option("--no-discovery", "stay silent on mDNS and WS-Discovery")
    .option("--log-level <level>", "debug, info, warn or error (default: info)");
}

function refuseOperands(program: Command): void {
  const [unknown] = program.args;
  if (unknown !== undefined) {
    const known = program
      .createHelp()
      .visibleCommands(program)
      .map((one) => one.name());
    throw new AppError("configuration", `unknown command ${JSON.stringify(unknown)}; allowed: ${known.join(", ")}`);
  }
}

function startFlags(program: Command): StartFlags {
  const options: Readonly<Record<string, string | boolean | undefined>> = program.opts();
  const text = (name: string) => (typeof options[name] === "string" ? options[name] : undefined);
  const keys = new Map<string, string>();
  for (const { flag } of flaggedKeys()) {
    const value = text(new Option(flag).attributeName());
    if (value !== undefined) keys.set(flag, value);
  }
  return {
    demo: options.demo === true,
    standardPorts: options.standardPorts === true,
    discovery: options.discovery !== false,
    source: text("source"),
    dataDir: text("dataDir"),
    config: text("config"),
    logLevel: text("logLevel"),
    keys,
  };
}

function joinWithComma(value: string, previous: string | undefined): string {
  return previous === undefined ? value : `${previous},${value}`;
}

function shellOf(word: string): Shell {
  const shell = SHELLS.find((one) => one === word);
  if (shell === undefined)
    throw new AppError("configuration", `no completion for ${JSON.stringify(word)}; allowed: ${SHELLS.join(", ")}`);
  return shell;
}

/** A mistyped `--admin-pasword=…` must not repeat what follows. */
function withoutValue(text: string): string {
  return text.replace(/(--[\w-]+)=[^'\n]*/g, "$1=…");
}
