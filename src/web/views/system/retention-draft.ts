import type { RetentionChange, RetentionDescription } from "../../../modules/retention/model.ts";

const GIGABYTE = 1e9;
/** As the camera takes them. */
const MAX_DAYS = 36_500;

/** The rules as they stand in fields: numbers as they are typed, empty for none. */
export interface RetentionDraft {
  readonly days: string;
  readonly gigabytes: string;
  readonly overwrite: boolean;
  readonly deleteTagged: boolean;
}

/** The rules in force, for the fields. */
export function draftOf({ days, bytes, overwrite, delete_tagged }: RetentionDescription): RetentionDraft {
  return {
    days: days === 0 ? "" : String(days),
    gigabytes: bytes === 0 ? "" : String(bytes / GIGABYTE),
    overwrite,
    deleteTagged: delete_tagged,
  };
}

/** What of a draft differs from the rules in force. */
export function changeOf(draft: RetentionDraft, present: RetentionDescription): RetentionChange {
  const wanted = {
    days: Number(draft.days),
    bytes: Math.round(Number(draft.gigabytes) * GIGABYTE),
    overwrite: draft.overwrite,
    delete_tagged: draft.deleteTagged,
  };
  return Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => present[key as keyof typeof wanted] !== value),
  );
}

/** Whether a field holds an amount that can be kept. */
export function isAmount(text: string): boolean {
  return Number(text) >= 0 && Number(text) * GIGABYTE <= Number.MAX_SAFE_INTEGER;
}

/** Likewise whole days. */
export function isDays(text: string): boolean {
  return Number.isInteger(Number(text)) && Number(text) >= 0 && Number(text) <= MAX_DAYS;
}
