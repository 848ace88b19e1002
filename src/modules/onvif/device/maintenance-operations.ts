import { AppError } from "../../../core/errors.ts";
import { readWord, requiredText } from "../../../soap/request-values.ts";
import { xml } from "../../../soap/xml-writer.ts";
import type { MaintenanceService, Person } from "../../maintenance/service.ts";
import { type OnvifCaller, type OperationTable, operation } from "../operation.ts";
import { demandPassword } from "./actor.ts";

/** What ends and begins anew. */
export interface OnvifMaintenance
  extends Pick<MaintenanceService, "restart" | "reboot" | "resetProven" | "resetSettings"> {
  /** Whether a reboot is the machine's, not the server's alone. */
  readonly managesHost: boolean;
}

/** Reboot and factory default; both are answered before they happen. */
export function maintenanceOperations(maintenance: OnvifMaintenance): OperationTable {
  return {
    "tds:SystemReboot": operation({
      access: "UNRECOVERABLE",
      handle: async (_, caller) => {
        if (maintenance.managesHost) await maintenance.reboot(personOf(caller));
        else maintenance.restart(personOf(caller));
        return xml("tds:Message", maintenance.managesHost ? "The device reboots" : "The server starts anew");
      },
    }),
    "tds:SetSystemFactoryDefault": operation({
      access: "UNRECOVERABLE",
      request: (element) => readWord(requiredText(element, "tds:FactoryDefault"), ["Hard", "Soft"]),
      handle: (extent, caller) => {
        // operators may reboot, but not wipe
        if (!caller.identity.permissions.has("System_rw")) throw new AppError("forbidden", "System_rw");
        demandPassword(caller);
        if (extent === "Hard") maintenance.resetProven(personOf(caller));
        else maintenance.resetSettings(personOf(caller));
      },
    }),
  };
}

function personOf({ identity, address, isSecure }: OnvifCaller): Person {
  return { user: identity.user, address, isSecure };
}
