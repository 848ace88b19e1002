/** Sentences for errors, by the code of the answer. `server` is the camera's own English sentence, used where it knows more than the page. */
export const errors = {
  unknown: "Something went wrong on this page. Reload it; if that does not help, restart the camera.",
  retryAfter: (seconds: number) => `Try again in ${seconds} s.`,
  weakPassword:
    "This password is too easy to guess. Take 8 to 128 characters, not a common password, not the user name.",
  wrongPassword: "That is not your password.",
  tooLong: (characters: string) => `That is too long: at most ${characters} characters.`,
  byCode: {
    NETWORK: () => "The camera does not answer. Check that it has power and that this device is in its network.",
    UNAUTHENTICATED: () => "Your login has ended. Log in again and repeat this.",
    FORBIDDEN: (server: string) => server,
    LOCKED_OUT: () => "Too many failed logins. For your safety the camera waits before it listens to you again.",
    RATE_LIMITED: () => "Too many requests in a short time.",
    FOREIGN_ORIGIN: () =>
      "The camera refuses requests from this address. Open the page by the camera's own name or address.",
    TLS_REQUIRED: () =>
      "The camera takes passwords over encrypted connections only. Open this page with https:// in front.",
    NOT_FOUND: () => "That does not exist any more.",
    CONFLICT: (server: string) => server,
    NOT_SUPPORTED: (server: string) => server,
    INVALID_VALUE: (server: string) => server,
    TOO_LARGE: () => "That is larger than the camera accepts.",
    LIMIT_REACHED: (server: string) => server,
    VIEWER_LIMIT: (server: string) => server,
    NO_COMMON_CODEC: () => "This browser cannot decode any of the camera's streams.",
    CAMERA_OFFLINE: () => "The camera module gives no picture. Check its cable.",
    STORAGE_UNAVAILABLE: () =>
      "The camera cannot write to its storage: the disk is full, broken or not there. Make room on it, or check the disk or the network share.",
    UNAVAILABLE: (server: string) => server,
    INTERNAL: (server: string) => server,
  },
};
