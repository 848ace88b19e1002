/** Shells that `rotordream completion` knows. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of them. */
export type Shell = (typeof SHELLS)[number];

/** A word that can stand on the command line. */
export interface CompletionWord {
  readonly word: string;
  readonly description: string;
}

/** The script that a shell sources to complete `rotordream`; `words` are commands and flags. */
export function completionScript(shell: Shell, words: readonly CompletionWord[]): string {
  return SCRIPTS[shell](words);
}

const SCRIPTS: Readonly<Record<Shell, (words: readonly CompletionWord[]) => string>> = { bash, zsh, fish };

function bash(words: readonly CompletionWord[]): string {
  return `_rotordream() {
  local previous=\${COMP_WORDS[COMP_CWORD-1]}
  case $previous in
    --config|--data-dir|--source) mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "${words.map((one) => one.word).join(" ")}" -- "\${COMP_WORDS[COMP_CWORD]}") ;;
  esac
}
complete -F _rotordream rotordream
`;
}

function zsh(words: readonly CompletionWord[]): string {
  const rows = words.map((one) => `  ${quote(`${one.word.replaceAll(":", "\\:")}:${one.description}`)}`);
  return `#compdef rotordream
_rotordream() {
  local -a words_of_rotordream=(
${rows.join("\n")}
  )
  _describe 'rotordream' words_of_rotordream || _files
}
compdef _rotordream rotordream
`;
}

function fish(words: readonly CompletionWord[]): string {
  const rows = words.map(({ word, description }) =>
    word.startsWith("--")
      ? `complete -c rotordream -l ${word.slice(2)} -d ${quote(description)}`
      : `complete -c rotordream -n __fish_use_subcommand -a ${word} -d ${quote(description)}`,
  );
  return `${rows.join("\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
