import type { Json } from "../../../core/json.ts";

/** What a line of events or of the audit log says more: names and values, as far as there is room, all of it by pointing at it. */
export function DetailText({ detail }: { readonly detail: Readonly<Record<string, Json | undefined>> }) {
  const parts = Object.entries(detail).filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (parts.length === 0) return null;
  const whole = parts.map(([name, value]) => `${name}: ${written(value)}`).join("\n");
  return (
    <span class="clamp" title={whole}>
      {parts.map(([name, value]) => (
        <span key={name} class="detail">
          <span class="soft">{name}</span> <bdi>{written(value)}</bdi>
        </span>
      ))}
    </span>
  );
}

function written(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
