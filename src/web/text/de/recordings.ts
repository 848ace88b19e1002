import type { Text } from "../en.ts";

/** Die Ansicht „Aufnahmen“. */
export const recordings: Text["recordings"] = {
  title: "Aufnahmen",
};
