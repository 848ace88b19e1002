import { invalidArgument, SoapFault } from "../../../soap/fault.ts";
import { readFloatWithin, requiredChild, requiredText } from "../../../soap/request-values.ts";
import { findPath, type XmlElement } from "../../../soap/xml-element.ts";
import { xml } from "../../../soap/xml-writer.ts";
import { describeRange } from "../describe-range.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import type { ImagingChanges } from "./changes.ts";
import { hasSetting, type ImagingStore, rangeOf } from "./settings-table.ts";
import { requireVideoSource } from "./video-source.ts";

/** The lens: cameras put it at a place at once, they cannot let it run. */
export function focusOperations(
  store: ImagingStore,
  change: (changes: ImagingChanges, caller: OnvifCaller) => Promise<undefined>,
): OperationTable {
  const hasFocus = () => hasSetting(store, "focus");
  const requireFocus = (element: XmlElement) => {
    requireVideoSource(element);
    if (hasFocus()) return;
    const subcodes = ["ter:ActionNotSupported", "ter:NoImagingForSource"];
    throw new SoapFault("Receiver", subcodes, "The camera's focus cannot be moved");
  };
  return {
    "timg:Move": operation({
      access: "ACTUATE",
      request(element) {
        requireFocus(element);
        return readPlace(requiredChild(element, "timg:Focus"), store);
      },
      // moving by hand switches the automatic off
      handle: (focus, caller) =>
        change({ ...(hasSetting(store, "auto-focus") && { "auto-focus": false }), focus }, caller),
    }),
    "timg:Stop": operation({ access: "ACTUATE", request: requireFocus, handle: () => undefined }),
    "timg:GetMoveOptions": operation({
      access: "READ_MEDIA",
      request: requireVideoSource,
      handle() {
        const { minimum, maximum } = rangeOf(store, "focus");
        const span = maximum - minimum;
        const absolute = xml("tt:Absolute", describeRange("tt:Position", { minimum, maximum }));
        const relative = xml("tt:Relative", describeRange("tt:Distance", { minimum: -span, maximum: span }));
        return xml("timg:MoveOptions", ...(hasFocus() ? [absolute, relative] : []));
      },
    }),
    "timg:GetStatus": operation({
      access: "READ_MEDIA",
      request: requireVideoSource,
      handle() {
        const position = store.read("focus");
        const focus =
          typeof position === "number"
            ? xml("tt:FocusStatus20", xml("tt:Position", position), xml("tt:MoveStatus", "IDLE"))
            : undefined;
        return xml("timg:Status", focus);
      },
    }),
  };
}

/** Where the lens is to be. Throws SoapFault InvalidArgs, InvalidArgVal. */
function readPlace(focus: XmlElement, store: ImagingStore): number {
  const { minimum, maximum } = rangeOf(store, "focus");
  const absolute = findPath(focus, "tt:Absolute");
  const relative = findPath(focus, "tt:Relative");
  if (focus.children.length !== 1 || (absolute ?? relative) === undefined)
    throw invalidArgument(undefined, "Focus must be moved either absolutely or relatively");
  if (absolute !== undefined)
    return Math.round(readFloatWithin(requiredText(absolute, "tt:Position"), { minimum, maximum }));
  const span = maximum - minimum;
  const text = requiredText(relative ?? focus, "tt:Distance");
  const place = Number(store.read("focus")) + readFloatWithin(text, { minimum: -span, maximum: span });
  return Math.round(Math.min(maximum, Math.max(minimum, place)));
}
