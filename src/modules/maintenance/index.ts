import { union } from "valibot";
import { AppError } from "../../core/errors.ts";
import { type Route, route, type Visit } from "../../http/route.ts";
import type { Identity } from "../../identity/authenticator.ts";
import { lackedBy, PERMISSIONS, type Permission } from "../../identity/permissions.ts";
import { Backup, BackupRequest, FactoryResetRequest, Rebooting, Restarting, Restored } from "./model.ts";
import type { MaintenanceService, Person } from "./service.ts";

/** Restart, reboot, factory reset, backup and restore. */
export function maintenanceRoutes(maintenance: MaintenanceService): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/system/restart",
      tag: "system",
      summary: "Start the server anew",
      success: { data: Restarting },
      access: "Reboot_rw",
      rate: "api",
      answer: (visit) => {
        maintenance.restart(personOf(visit));
        return { restarting: true };
      },
    }),
    route({
      method: "POST",
      path: "/api/system/reboot",
      tag: "system",
      summary: "Reboot the machine, where the server may",
      success: { data: Rebooting },
      errors: ["not-supported", "unavailable"],
      access: "Reboot_rw",
      rate: "api",
      answer: async (visit) => {
        await maintenance.reboot(personOf(visit));
        return { rebooting: true };
      },
    }),
    route({
      method: "POST",
      path: "/api/system/factory-reset",
      tag: "system",
      summary:
        "Forget settings, users, tokens, presets, audit log and events, then start anew; needs the caller's password again",
      success: { data: Restarting },
      access: "System_rw",
      rate: "api",
      carriesSecrets: true,
      body: FactoryResetRequest,
      answer: async (visit) => {
        await maintenance.factoryReset(personOf(visit), visit.body.password);
        return { restarting: true };
      },
    }),
    ...backupRoutes(maintenance),
  ];
}

function backupRoutes(maintenance: MaintenanceService): readonly Route[] {
  const shared = {
    path: "/api/system/backup",
    tag: "system",
    access: "System_rw",
    rate: "api",
    carriesSecrets: true,
  } as const;
  return [
    route({
      ...shared,
      method: "GET",
      summary: "A backup of settings, users and presets, without secrets; needs User_r too, for it names the users",
      success: { data: Backup },
      answer: (visit) => {
        demand(visit.identity, ["User_r"]);
        return maintenance.backup(personOf(visit), undefined);
      },
    }),
    route({
      ...shared,
      method: "POST",
      summary: "Restore a backup, all or nothing, then start anew; or, with a passphrase alone, a backup with secrets",
      success: { data: union([Restored, Backup]) },
      body: BackupRequest,
      errors: ["forbidden", "conflict"],
      answer: async (visit) => {
        const { body, identity } = visit;
        // it holds who may do what, with their passwords
        demand(identity, PERMISSIONS);
        if (identity.login?.way === "token")
          throw new AppError("forbidden", "A token handles no secrets of users; log in with name and password");
        if (body.format !== undefined)
          return { restored: await maintenance.restore(personOf(visit), body), restarting: true };
        if (body.passphrase !== undefined) return maintenance.backup(personOf(visit), body.passphrase);
        throw new AppError("bad-request", "The body needs a backup, or a passphrase to make one with", {
          key: "format",
        });
      },
    }),
  ];
}

function demand({ permissions }: Identity, needed: readonly Permission[]): void {
  const permission = lackedBy(permissions, needed);
  if (permission === undefined) return;
  throw new AppError("forbidden", `This also needs the permission ${permission}`, { permission });
}

function personOf({
  identity,
  address,
  isSecure,
}: Pick<Visit<unknown, unknown>, "identity" | "address" | "isSecure">): Person {
  return { user: identity.user, address, isSecure };
}
