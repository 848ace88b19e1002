import { en, type Text } from "./en.ts";

/** The languages of the page, each by its own name; all but English are loaded when they are needed. */
export const LANGUAGES = {
  en: { name: "English", load: async (): Promise<Text> => en },
  de: { name: "Deutsch", load: async (): Promise<Text> => (await import("./de.ts")).de },
} as const;

/** Codes as in RFC 5646. */
export type Language = keyof typeof LANGUAGES;

/** Whether the page speaks it. */
export function isLanguage(code: string): code is Language {
  return Object.hasOwn(LANGUAGES, code);
}

/** The first of the browser's languages that the page speaks; English otherwise. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.toLowerCase().replace(/-.*/, "")).find(isLanguage) ?? "en";
}
