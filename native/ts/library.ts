import { dlopen, JSCallback, type Pointer } from "bun:ffi";
import { readFileSync, writeSync } from "node:fs";
import libraryPath from "../dist/libbun-ffi-v4l2.so.zst" with { type: "file" };
import { ABI_VERSION, expectedAbiLayout } from "./structs.ts";
import { linkSymbols, type NativeSymbols } from "./symbols.ts";

const MFD_CLOEXEC = 1;

/**
 * The loaded native library. The program opens it once and hands it to whatever needs it; it is never unloaded,
 * because the library's threads may be inside it at any time.
 */
export class Library {
  /** The functions of shim.h. */
  readonly symbols: NativeSymbols;
  readonly #doorbell: JSCallback;
  readonly #answerers = new Set<() => void>();

  private constructor(symbols: NativeSymbols) {
    this.symbols = symbols;
    this.#doorbell = new JSCallback(() => this.#answer(), { args: [], returns: "void", threadsafe: true });
  }

  /** Loads the library that is embedded in the program. Throws when it does not fit these bindings. */
  static open(): Library {
    return Library.#link(Bun.zstdDecompressSync(readFileSync(libraryPath)));
  }

  /** The same, but another thread unpacks it meanwhile. */
  static async load(): Promise<Library> {
    return Library.#link(await Bun.zstdDecompress(readFileSync(libraryPath)));
  }

  static #link(unpacked: Uint8Array): Library {
    const symbols = linkSymbols(putInMemory(unpacked));
    const problem = abiProblem(symbols, ABI_VERSION, expectedAbiLayout());
    if (problem !== undefined) throw new Error(`The native library does not fit its bindings: ${problem}.`);
    return new Library(symbols);
  }

  /** Now, CLOCK_MONOTONIC, microseconds: the clock of every time in the library. */
  monotonicUs(): number {
    return Number(this.symbols.bv_clock_us());
  }

  /** True: the overlay's font has every character of `text` (Latin, Greek, Cyrillic and the signs that go with them). */
  canDrawText(text: string): boolean {
    if (text.includes("\0")) return false;
    return this.symbols.bv_can_draw_text(Buffer.from(`${text.normalize("NFC")}\0`)) === 1;
  }

  /** The one callback that library threads may call. It only wakes the host and lives as long as the process. */
  get doorbell(): Pointer {
    const pointer = this.#doorbell.ptr;
    if (pointer === null) throw new Error("the doorbell is closed");
    return pointer;
  }

  /** Calls `answer` on the host's thread after each ring of the doorbell, whoever rang; returns how to stop that. */
  onDoorbell(answer: () => void): () => void {
    this.#answerers.add(answer);
    return () => void this.#answerers.delete(answer);
  }

  #answer(): void {
    for (const answer of this.#answerers) answer();
  }
}

/** Compares version and struct layouts of the library with those expected: what differs, or undefined. */
export function abiProblem(
  symbols: Pick<NativeSymbols, "bv_abi_version" | "bv_abi_layout">,
  version: number,
  layout: readonly number[],
): string | undefined {
  const found = symbols.bv_abi_version();
  if (found !== version) return `it has ABI version ${found}, ${version} is wanted`;
  const numbers = new Uint32Array(layout.length + 1);
  const count = symbols.bv_abi_layout(numbers, numbers.length);
  if (count !== layout.length) return `its structs have ${count} layout numbers, ${layout.length} are wanted`;
  const wrong = layout.findIndex((number, index) => numbers[index] !== number);
  return wrong < 0 ? undefined : `layout number ${wrong} is ${numbers[wrong]}, ${layout[wrong]} is wanted`;
}

/**
 * Puts a file into anonymous memory and returns a path to it. dlopen of an embedded file would go through the temp
 * folder, which may be read-only, noexec or hold someone else's file. The descriptor stays open: the path leads through it.
 */
function putInMemory(bytes: Uint8Array): string {
  const libc = dlopen("libc.so.6", { memfd_create: { args: ["cstring", "u32"], returns: "i32" } });
  const fd = libc.symbols.memfd_create(Buffer.from("bun-ffi-v4l2\0"), MFD_CLOEXEC);
  if (fd < 0) throw new Error("The kernel gives no anonymous file (memfd_create) to load the native library from.");
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  return `/proc/self/fd/${fd}`;
}
