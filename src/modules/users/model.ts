import * as v from "valibot";
import { PERMISSIONS, ROLES } from "../../identity/permissions.ts";

/** The password rule has its own bound; this one keeps the rest away from it. */
const MAX_TEXT = 1024;

const text = v.pipe(v.string("must be text"), v.maxLength(MAX_TEXT, `must have at most ${MAX_TEXT} characters`));
const role = v.picklist(ROLES, `must be one of ${ROLES.join(", ")}`);
const permissions = v.pipe(
  v.array(v.picklist(PERMISSIONS, "must be a permission such as Media_r"), "must be a list of permissions"),
  v.maxLength(PERMISSIONS.length, `must name at most ${PERMISSIONS.length} permissions`),
);
const onvif = v.boolean("must be true or false");

/** `/api/users/{name}`. */
export const UserParams = v.object({ name: v.string() });

/** `POST /api/users`; `permissions` beside those of the role. */
export const UserBody = v.strictObject({
  name: text,
  password: text,
  role,
  permissions: v.optional(permissions),
  onvif: v.optional(onvif),
});

/** `PATCH /api/users/{name}`; members left out stay. One's own password needs `old_password`. */
export const UserChangeBody = v.strictObject({
  password: v.optional(text),
  old_password: v.optional(text),
  role: v.optional(role),
  permissions: v.optional(permissions),
  onvif: v.optional(onvif),
});

/** A user; `permissions` are all that it has. Times are Unix milliseconds. */
export const UserAnswer = v.object({
  name: v.string(),
  role: v.picklist(ROLES),
  permissions: v.array(v.picklist(PERMISSIONS)),
  extra_permissions: v.array(v.picklist(PERMISSIONS)),
  onvif: v.boolean(),
  must_change_password: v.boolean(),
  created: v.number(),
  changed: v.number(),
});

/** `GET /api/users/{name}/permissions`. */
export const PermissionsAnswer = v.object({
  role: v.picklist(ROLES),
  permissions: v.array(v.picklist(PERMISSIONS)),
});
