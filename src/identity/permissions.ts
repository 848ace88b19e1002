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

/** A bundle of permissions that a user has. Contract: auth.md. */
export type Role = "administrator" | "operator" | "viewer" | "guest";

/** What each role may do. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  operator: ["Device_r", "Device_rw", "Media_r", "Media_rw", "Storage_r", "System_r", "Reboot_rw"],
  viewer: ["Device_r", "Media_r", "Storage_r", "System_r"],
  guest: [],
};
