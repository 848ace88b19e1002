import { array, object } from "valibot";
import { NEXT_CURSOR, PAGING, page } from "../../http/paging.ts";
import { Reply, type Route, route } from "../../http/route.ts";
import { actorOf, READS, WRITES } from "../settings/access.ts";
import { Settings } from "../settings/model.ts";
import { ApplyBody, PresetBody, PresetChange, PresetDescription, PresetParams } from "./model.ts";
import type { PresetService } from "./service.ts";

/** As a setting's value: overlays and schedules are the longest. */
const MAX_BODY_BYTES = 64 * 1024;

const COMMON = { rate: "api", tag: "settings" } as const;
const ONE = { ...COMMON, access: WRITES, params: PresetParams } as const;

/** `/api/settings/presets`: values of settings under names. */
export function settingPresetRoutes(presets: PresetService): readonly Route[] {
  return [...allPresets(presets), ...onePreset(presets)];
}

function allPresets(presets: PresetService): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/settings/presets",
      access: READS,
      summary: "Settings that were saved under names, oldest first",
      query: object(PAGING),
      success: { data: array(PresetDescription), beside: NEXT_CURSOR },
      answer: ({ query: { limit, cursor }, identity }) =>
        page(
          presets.list({ afterId: cursor, limit: limit + 1 }),
          limit,
          (preset) => presets.describe(preset, identity.permissions),
          ({ id }) => id,
        ),
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/settings/presets",
      access: WRITES,
      summary: "Save values of settings under a name; with replace in the place of those that have it",
      body: PresetBody,
      maxBodyBytes: MAX_BODY_BYTES,
      success: { status: 201, data: PresetDescription },
      errors: ["conflict", "forbidden", "unavailable"],
      answer: (visit) => {
        const preset = presets.save(visit.body, actorOf(visit));
        return new Reply(presets.describe(preset, visit.identity.permissions), { status: 201 });
      },
    }),
  ];
}

function onePreset(presets: PresetService): readonly Route[] {
  return [
    route({
      ...ONE,
      method: "PATCH",
      path: "/api/settings/presets/:id",
      summary: "Change name or values of a preset",
      body: PresetChange,
      maxBodyBytes: MAX_BODY_BYTES,
      success: { data: PresetDescription },
      errors: ["conflict", "forbidden", "not-found", "unavailable"],
      answer: (visit) =>
        presets.describe(presets.change(visit.params.id, visit.body, actorOf(visit)), visit.identity.permissions),
    }),
    route({
      ...ONE,
      method: "DELETE",
      path: "/api/settings/presets/:id",
      summary: "Remove a preset; the present values stay",
      success: { status: 204 },
      errors: ["forbidden", "not-found", "unavailable"],
      answer: (visit) => {
        presets.remove(visit.params.id, actorOf(visit));
        return new Response(null, { status: 204 });
      },
    }),
    route({
      ...ONE,
      method: "POST",
      path: "/api/settings/presets/:id/apply",
      summary: "Bring the values of a preset back, all or none; those of except stay as they are",
      body: ApplyBody,
      success: { data: Settings },
      errors: ["forbidden", "not-found", "not-supported", "conflict", "unavailable"],
      answer: (visit) => presets.apply(visit.params.id, visit.body.except, actorOf(visit)),
    }),
  ];
}
