/** What is written down about who did something. */
export const AUDIT_ACTIONS = [
  "login",
  "login-failed",
  "locked-out",
  "logout",
  "user-added",
  "user-changed",
  "user-removed",
  "token-added",
  "token-removed",
  "certificate-changed",
  "settings-changed",
  "preset-added",
  "preset-changed",
  "preset-removed",
  "configuration-reloaded",
  "system-restarted",
  "factory-reset",
  "backup-made",
  "backup-restored",
  "support-bundle-made",
  "viewer-ended",
] as const;

/** One of them. */
export type AuditAction = (typeof AUDIT_ACTIONS)[number];
