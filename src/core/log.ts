/** How urgent a line is, in rising order. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Values that may stand beside a message. Never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** A log for one module. Messages are plain sentences; variable parts go into `fields`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log of a part; shown as `module`. */
  child(module: string): Log;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Where finished lines go and how they look. */
export interface LogSink {
  readonly level: LogLevel;
  write(level: LogLevel, module: string, message: string, fields: LogFields): void;
}

/** Builds the log of `module` over a sink. Levels below the sink's cost one comparison. */
export function createLog(sink: LogSink, module: string): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (ORDER[level] >= ORDER[sink.level]) sink.write(level, module, message, fields);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (part) => createLog(sink, part),
  };
}

/** Pretty lines for a terminal, JSON lines otherwise; `output` takes one line with its newline. */
export function lineSink(
  level: LogLevel,
  pretty: boolean,
  wallMs: () => number,
  output: (line: string) => void,
): LogSink {
  return {
    level,
    write(lineLevel, module, message, fields) {
      const time = new Date(wallMs()).toISOString();
      if (!pretty) {
        output(`${JSON.stringify({ time, level: lineLevel, module, message, ...fields })}\n`);
        return;
      }
      let line = `${time.slice(11, 23)} ${lineLevel.padEnd(5)} ${module}: ${printable(message)}`;
      for (const [name, value] of Object.entries(fields)) {
        if (value !== undefined) line += ` ${name}=${typeof value === "string" ? JSON.stringify(value) : value}`;
      }
      output(`${line}\n`);
    },
  };
}

/** Control characters from peers must not steer the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what is being removed
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?");
}
