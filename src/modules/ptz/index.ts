import { array } from "valibot";
import { Reply, type Route, route } from "../../http/route.ts";
import { MoveBody, Preset, PresetBody, PresetParams, PtzStatus } from "./model.ts";
import type { PtzService } from "./service.ts";

/** Requests have no connection that could go away: their moves end with the timeout. */
const CLIENT = "rest";

const COMMON = { rate: "api", tag: "ptz" } as const;
const MOTION = {
  ...COMMON,
  method: "POST",
  access: "Device_rw",
  success: { data: PtzStatus },
  errors: ["not-supported", "unavailable"],
} as const;

/** `/api/ptz`: where the camera looks. */
export function ptzRoutes(ptz: PtzService): readonly Route[] {
  return [...presetRoutes(ptz), ...motionRoutes(ptz)];
}

function presetRoutes(ptz: PtzService): readonly Route[] {
  return [
    route({
      ...COMMON,
      method: "GET",
      path: "/api/ptz/presets",
      summary: "The saved positions",
      access: "Device_r",
      success: { data: array(Preset) },
      answer: () => ptz.presets(),
    }),
    route({
      ...COMMON,
      method: "POST",
      path: "/api/ptz/presets",
      summary: "Save where the camera looks now; the name home replaces its home position",
      access: "Device_rw",
      body: PresetBody,
      success: { status: 201, data: Preset },
      errors: ["conflict"],
      answer: ({ body }) => new Reply(ptz.save(body.name), { status: 201 }),
    }),
    route({
      ...MOTION,
      path: "/api/ptz/presets/:id/goto",
      summary: "Go to a saved position",
      params: PresetParams,
      errors: ["not-found", ...MOTION.errors],
      answer: ({ params }) => ptz.goto(params.id),
    }),
    route({
      ...COMMON,
      method: "DELETE",
      path: "/api/ptz/presets/:id",
      summary: "Remove a saved position",
      access: "Device_rw",
      params: PresetParams,
      success: { status: 204 },
      errors: ["not-found"],
      answer: ({ params }) => {
        ptz.remove(params.id);
        return new Response(null, { status: 204 });
      },
    }),
  ];
}

function motionRoutes(ptz: PtzService): readonly Route[] {
  return [
    route({
      ...MOTION,
      path: "/api/ptz/home",
      summary: "Go to the home position",
      answer: () => ptz.home(),
    }),
    route({
      ...MOTION,
      path: "/api/ptz/move",
      summary: "Move at a speed until the timeout, a second unless given",
      body: MoveBody,
      answer: ({ body }) => ptz.move(body, CLIENT),
    }),
    route({
      ...MOTION,
      path: "/api/ptz/stop",
      summary: "Stop moving",
      answer: () => ptz.stop(),
    }),
  ];
}
