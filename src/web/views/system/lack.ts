import type { Permission } from "../../../identity/permissions.ts";
import { usePage, useText } from "../../app/page.ts";

/** Why a card has no buttons; undefined: the viewer holds what it takes. */
export function useLack(...needed: readonly Permission[]): string | undefined {
  const { session } = usePage();
  const text = useText().system;
  const lacked = needed.find((permission) => !session.may(permission));
  return lacked === undefined ? undefined : text.needs(lacked);
}
