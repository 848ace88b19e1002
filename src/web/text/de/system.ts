import type { Text } from "../en.ts";

/** Die Ansicht „System“. */
export const system: Text["system"] = {
  title: "System",
};
