import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Text } from "../text/en.ts";
import { createFormats, type Formats } from "../text/formats.ts";
import { isLanguage, LANGUAGES, type Language, preferredLanguage } from "../text/languages.ts";

/** Follow the device, or not. */
export type Theme = "auto" | "light" | "dark";

/** What this browser remembers of its user. */
export interface Preferences {
  readonly theme: Signal<Theme>;
  readonly language: Signal<Language | "auto">;
  /** The texts of the language in force. */
  readonly text: ReadonlySignal<Text>;
  readonly formats: ReadonlySignal<Formats>;
}

const THEMES: readonly string[] = ["auto", "light", "dark"] satisfies readonly Theme[];

/** Reads what is remembered, keeps it so, and dresses the document accordingly. Resolves with the texts loaded. */
export async function loadPreferences(): Promise<Preferences> {
  const theme = remembered<Theme>("theme", (value): value is Theme => THEMES.includes(value));
  const language = remembered<Language | "auto">("language", (value): value is Language => isLanguage(value));
  const spoken = computed(() => (language.value === "auto" ? preferredLanguage(navigator.languages) : language.value));
  const text = signal(await LANGUAGES[spoken.peek()].load());
  effect(() => {
    const wanted = spoken.value;
    document.documentElement.lang = wanted;
    void LANGUAGES[wanted].load().then((loaded) => {
      if (spoken.peek() === wanted) text.value = loaded;
    });
  });
  dress(theme);
  return { theme, language, text, formats: computed(() => createFormats(spoken.value)) };
}

/** A choice that localStorage keeps, where the browser lets it. */
function remembered<T extends string>(name: string, isValid: (value: string) => value is T): Signal<T | "auto"> {
  const choice = signal<T | "auto">("auto");
  try {
    const kept = localStorage.getItem(name) ?? "";
    if (isValid(kept)) choice.value = kept;
    effect(() => localStorage.setItem(name, choice.value));
  } catch {
    // private windows of some browsers have no storage: the choice lasts as long as the page
  }
  return choice;
}

/** Colours of the theme, for the page and for the browser's own bar. */
function dress(theme: Signal<Theme>): void {
  const system = matchMedia("(prefers-color-scheme: light)");
  const isLight = signal(system.matches);
  system.addEventListener("change", () => {
    isLight.value = system.matches;
  });
  effect(() => {
    const shown = theme.value === "auto" ? (isLight.value ? "light" : "dark") : theme.value;
    document.documentElement.dataset.theme = shown;
    const ground = getComputedStyle(document.documentElement).getPropertyValue("--ground");
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", ground.trim());
  });
}
