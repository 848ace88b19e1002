import { invalidArgument } from "../../../soap/fault.ts";
import { readWord, requiredChild, requiredText, requiredToken } from "../../../soap/request-values.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";

/** A light that clients switch by auxiliary commands. */
export interface AuxiliaryLight {
  /** Whether this device has one. */
  exists(): boolean;
  set(on: boolean, caller: OnvifCaller): Promise<void>;
}

const COMMANDS = { "tt:IRLamp|On": true, "tt:IRLamp|Off": false } as const;

/** The commands that work here, for the capabilities. */
export function auxiliaryCommands(light: AuxiliaryLight): readonly string[] {
  return light.exists() ? Object.keys(COMMANDS) : [];
}

/** Relays, of which there are none, and the light. */
export function outputOperations(light: AuxiliaryLight): OperationTable {
  return {
    "tds:GetRelayOutputs": operation({ access: "READ_MEDIA", handle: () => undefined }),
    "tds:SetRelayOutputSettings": operation({
      access: "ACTUATE",
      request: (element) => {
        requiredChild(element, "tds:Properties");
        return requiredToken(element, "tds:RelayOutputToken");
      },
      handle: unknownRelay,
    }),
    "tds:SetRelayOutputState": operation({
      access: "ACTUATE",
      request: (element) => {
        readWord(requiredText(element, "tds:LogicalState"), ["active", "inactive"]);
        return requiredToken(element, "tds:RelayOutputToken");
      },
      handle: unknownRelay,
    }),
    "tds:SendAuxiliaryCommand": operation({
      access: "ACTUATE",
      request: (element) => requiredText(element, "tds:AuxiliaryCommand", 128),
      handle: async (command, caller) => {
        const on = Object.hasOwn(COMMANDS, command) ? COMMANDS[command as keyof typeof COMMANDS] : undefined;
        if (on === undefined || !light.exists())
          throw invalidArgument("ter:AuxiliaryDataNotSupported", "This device does not know the command");
        await light.set(on, caller);
        return undefined;
      },
    }),
  };
}

function unknownRelay(): never {
  throw invalidArgument("ter:RelayToken", "This device has no relays");
}
