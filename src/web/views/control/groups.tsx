import { useText } from "../../app/page.ts";
import { Knob } from "./knob.tsx";
import type { SettingGroup } from "./setting-groups.ts";

/** Settings under their headings. */
export function Groups({ groups }: { readonly groups: readonly SettingGroup[] }) {
  const text = useText().control;
  return (
    <div class="control-groups">
      {groups.map(({ name, keys }) => (
        <section key={name} class="panel control-group" aria-labelledby={`group-${name}`}>
          <h2 id={`group-${name}`}>{text.groups[name]}</h2>
          {keys.map((key) => (
            <Knob key={key} name={key} />
          ))}
        </section>
      ))}
    </div>
  );
}
