/** What a caller may do; `_r` reads, `_rw` changes. Contract: auth.md. */
export const PERMISSIONS = [
  "Device_r",
  "Device_rw",
  "Media_r",
  "Media_rw",
  "User_r",
  "User_rw",
  "Network_r",
  "Network_rw",
  "Storage_r",
  "Storage_rw",
  "System_r",
  "System_rw",
  "FirmwareUpdate_r",
  "FirmwareUpdate_rw",
  "Reboot_rw",
] as const;

/** One of them. */
export type Permission = (typeof PERMISSIONS)[number];

/** Bundles of permissions, of which a user has one. Contract: auth.md. */
export const ROLES = ["administrator", "operator", "viewer", "guest"] as const;

/** One of them. */
export type Role = (typeof ROLES)[number];

/** What each role may do. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  operator: ["Device_r", "Device_rw", "Media_r", "Media_rw", "Storage_r", "System_r", "Reboot_rw"],
  viewer: ["Device_r", "Media_r", "Storage_r", "System_r"],
  guest: [],
};

/** What a role and the permissions beside it allow together. */
export function rightsOf(role: Role, extraPermissions: readonly Permission[] = []): ReadonlySet<Permission> {
  return new Set([...ROLE_PERMISSIONS[role], ...extraPermissions]);
}

/** The first of `wanted` that `rights` do not hold; undefined when they hold all. */
export function lackedBy(rights: ReadonlySet<Permission>, wanted: Iterable<Permission>): Permission | undefined {
  for (const permission of wanted) {
    if (!rights.has(permission)) return permission;
  }
  return undefined;
}

/** Permissions in the order of their declaration. */
export function listed(permissions: Iterable<Permission>): readonly Permission[] {
  const set = new Set(permissions);
  return PERMISSIONS.filter((permission) => set.has(permission));
}
