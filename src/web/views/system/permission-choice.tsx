import type { Permission } from "../../../identity/permissions.ts";
import { useText } from "../../app/page.ts";

interface PermissionChoiceProps {
  readonly legend: string;
  /** In the order shown. */
  readonly choices: readonly Permission[];
  readonly chosen: ReadonlySet<Permission>;
  readonly onChoose: (chosen: ReadonlySet<Permission>) => void;
}

/** Permissions to tick, each with what it allows. */
export function PermissionChoice({ legend, choices, chosen, onChoose }: PermissionChoiceProps) {
  const { permissions } = useText().system;
  const toggle = (permission: Permission, isOn: boolean) =>
    onChoose(new Set([...chosen, permission].filter((each) => isOn || each !== permission)));
  return (
    <fieldset class="ticks">
      <legend class="field-label">{legend}</legend>
      {choices.map((permission) => (
        <label key={permission} class="tick">
          <input
            type="checkbox"
            name={permission}
            checked={chosen.has(permission)}
            onChange={(event) => toggle(permission, event.currentTarget.checked)}
          />
          <span>
            {permissions[permission]} <span class="soft figures">{permission}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Every permission there is, in the order of the texts. */
export function allPermissions(names: Readonly<Record<Permission, string>>): readonly Permission[] {
  return Object.keys(names) as Permission[];
}
