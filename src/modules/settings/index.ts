import * as v from "valibot";
import { type Route, route } from "../../http/route.ts";
import { actorOf, READS, WRITES } from "./access.ts";
import { KeyParams, ResetBody, SettingSchemas, Settings, SettingsBody } from "./model.ts";
import type { SettingsService } from "./service.ts";

/** A setting's value as text is short: overlays and schedules are the longest. */
const MAX_VALUE_BYTES = 64 * 1024;

/** Settings over REST: the same keys, rules and store as the WebSocket. */
export function settingsRoutes(settings: SettingsService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/settings",
      access: READS,
      rate: "api",
      tag: "settings",
      summary: "Every setting that the caller may read",
      success: { data: Settings },
      answer: ({ identity }) => settings.all(identity.permissions),
    }),
    route({
      method: "POST",
      path: "/api/settings",
      access: WRITES,
      rate: "api",
      tag: "settings",
      summary: "Change settings, all or none",
      body: SettingsBody,
      success: { data: Settings },
      errors: ["forbidden", "not-supported", "conflict", "unavailable"],
      answer: (visit) => settings.change(visit.body, actorOf(visit)),
    }),
    route({
      method: "GET",
      path: "/api/settings/schema",
      access: READS,
      rate: "api",
      tag: "settings",
      summary: "What each setting allows on this camera now",
      success: { data: SettingSchemas },
      answer: ({ identity }) => settings.schema(identity.permissions),
    }),
    route({
      method: "POST",
      path: "/api/settings/reset",
      access: WRITES,
      rate: "api",
      tag: "settings",
      summary: "Restore the defaults of some settings, or of all",
      body: ResetBody,
      success: { data: Settings },
      errors: ["forbidden", "not-supported", "conflict", "unavailable"],
      answer: (visit) => settings.reset(visit.body.keys, actorOf(visit)),
    }),
    ...oneSetting(settings),
  ];
}

function oneSetting(settings: SettingsService): readonly Route[] {
  return [
    route({
      method: "GET",
      path: "/api/settings/:key",
      access: READS,
      rate: "api",
      tag: "settings",
      summary: "One setting",
      params: KeyParams,
      success: { data: Settings },
      errors: ["forbidden", "not-found"],
      answer: ({ params, identity }) => settings.one(params.key, identity.permissions),
    }),
    route({
      method: "POST",
      path: "/api/settings/:key",
      access: WRITES,
      rate: "api",
      tag: "settings",
      summary: "Change one setting; the body is the bare value",
      params: KeyParams,
      body: v.string(),
      bodyForm: "text",
      maxBodyBytes: MAX_VALUE_BYTES,
      success: { data: Settings },
      errors: ["forbidden", "not-found", "not-supported", "conflict", "unavailable"],
      answer: (visit) => settings.changeOne(visit.params.key, visit.body, actorOf(visit)),
    }),
  ];
}
