import type { Text } from "../en.ts";

/** Die Ansicht „Steuerung“. */
export const control: Text["control"] = {
  title: "Steuerung",
};
