import type { KnobSchema } from "./desk.ts";
import type { KnobName } from "./setting-groups.ts";

/** What every kind of control is given. */
export interface KnobProps {
  readonly name: KnobName;
  /** Of the element that takes the value; its label, outside, is `${id}-label`. */
  readonly id: string;
  readonly schema: KnobSchema;
  readonly isDisabled: boolean;
  /** Of its hint and error. */
  readonly aboutId: string;
}
