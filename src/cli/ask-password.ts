import { AppError } from "../core/errors.ts";

/** Passwords have at most 128 characters; what is longer is no password. */
const MAX_LENGTH = 4096;
/** Ctrl-D ends a line like Enter. */
const ENTER: ReadonlySet<string> = new Set(["\r", "\n", "\u0004"]);
const BACKSPACE: ReadonlySet<string> = new Set(["\b", "\u007f"]);
const CTRL_C = "\u0003";

/** Where a password is typed or piped in, and where the question is shown. */
export interface PasswordTerminal {
  readonly input: NodeJS.ReadStream;
  readonly show: (text: string) => void;
}

/** Asks twice on a terminal, without showing what is typed; piped in, the first line is taken. Throws AppError `configuration`. */
export async function askPassword(user: string, { input, show }: PasswordTerminal): Promise<string> {
  if (!input.isTTY) return firstLine(input);
  let rest = "";
  const ask = async (question: string) => {
    show(question);
    const typed = await readHidden(input, rest);
    rest = typed.rest;
    show("\n");
    return typed.line;
  };
  const password = await ask(`New password of ${user}: `);
  if ((await ask("The same again: ")) !== password)
    throw new AppError("configuration", "The two passwords differ; nothing was changed.");
  return password;
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  let text = "";
  input.setEncoding("utf8");
  for await (const chunk of input) {
    text += chunk;
    if (text.includes("\n") || text.length > MAX_LENGTH) break;
  }
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "")
    throw new AppError("configuration", "No password came in; type it on a terminal or pipe in one line.");
  return line;
}

/** One line of a terminal in raw mode; `before` was typed already. Whatever follows the line is the rest. */
async function readHidden(input: NodeJS.ReadStream, before: string): Promise<{ line: string; rest: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ line: string; rest: string }>();
  let line = "";
  const take = (text: string) => {
    const characters = [...text];
    for (const [index, character] of characters.entries()) {
      if (ENTER.has(character)) return resolve({ line, rest: characters.slice(index + 1).join("") });
      if (character === CTRL_C) return reject(new AppError("configuration", "Stopped; nothing was changed."));
      if (BACKSPACE.has(character)) line = [...line].slice(0, -1).join("");
      else if (line.length < MAX_LENGTH) line += character;
    }
  };
  const onEnd = () => reject(new AppError("configuration", "The terminal went away; nothing was changed."));
  input.setEncoding("utf8");
  input.setRawMode(true);
  input.on("data", take);
  input.on("end", onEnd);
  take(before);
  input.resume();
  try {
    return await promise;
  } finally {
    input.pause();
    input.off("data", take);
    input.off("end", onEnd);
    input.setRawMode(false);
  }
}
