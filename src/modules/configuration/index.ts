import { array, object, string } from "valibot";
import type { ReloadReport } from "../../config/running-config.ts";
import { AppError } from "../../core/errors.ts";
import { type Route, route } from "../../http/route.ts";
import type { Actor } from "../../storage/audit-log.ts";

const names = array(string());

/** What reading the configuration again did. */
const Reload = object({ applied: names, needs_restart: names });

/** Reading the configuration file again while running. */
export function configurationRoutes(reload: (actor: Actor) => ReloadReport): readonly Route[] {
  return [
    route({
      method: "POST",
      path: "/api/config/reload",
      access: "System_rw",
      rate: "api",
      tag: "system",
      summary: "Read the configuration again: applies what can change live and names what needs a restart",
      success: { data: Reload },
      errors: ["configuration"],
      answer: ({ identity, address }) => {
        try {
          const { applied, needsRestart } = reload({ user: identity.user, address });
          return { applied, needs_restart: needsRestart };
        } catch (error) {
          throw error instanceof AppError
            ? new AppError(error.kind, withoutFolders(error.message), error.detail)
            : error;
        }
      },
    }),
  ];
}

/** The file's name tells enough; where the device keeps it is nobody's business. */
function withoutFolders(text: string): string {
  return text.replace(/\/(?:[^\s/:]+\/)+(?=[^\s/:]+:)/g, "");
}
