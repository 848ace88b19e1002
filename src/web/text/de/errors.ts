import type { Text } from "../en.ts";

/** Sätze für Fehler. Was nur die Kamera weiß, sagt sie auf Englisch. */
export const errors: Text["errors"] = {
  unknown: "Auf dieser Seite ist etwas schiefgegangen. Laden Sie sie neu; hilft das nicht, starten Sie die Kamera neu.",
  retryAfter: (seconds) => `Versuchen Sie es in ${seconds} s noch einmal.`,
  weakPassword:
    "Dieses Passwort ist zu leicht zu erraten. Nehmen Sie 8 bis 128 Zeichen, kein gängiges Passwort, nicht den Benutzernamen.",
  wrongPassword: "Das ist nicht Ihr Passwort.",
  tooLong: (characters) => `Das ist zu lang: höchstens ${characters} Zeichen.`,
  byCode: {
    NETWORK: () => "Die Kamera antwortet nicht. Prüfen Sie, ob sie Strom hat und ob dieses Gerät in ihrem Netz ist.",
    UNAUTHENTICATED: () => "Ihre Anmeldung ist abgelaufen. Melden Sie sich an und wiederholen Sie den Schritt.",
    FORBIDDEN: (server) => `Dafür fehlt Ihnen die Berechtigung. (${server})`,
    LOCKED_OUT: () => "Zu viele Fehlversuche. Zu Ihrer Sicherheit wartet die Kamera, bevor sie wieder zuhört.",
    RATE_LIMITED: () => "Zu viele Anfragen in kurzer Zeit.",
    FOREIGN_ORIGIN: () =>
      "Die Kamera lehnt Anfragen von dieser Adresse ab. Öffnen Sie die Seite unter dem Namen oder der Adresse der Kamera.",
    TLS_REQUIRED: () => "Die Kamera nimmt Passwörter nur verschlüsselt an. Öffnen Sie diese Seite mit https:// davor.",
    NOT_FOUND: () => "Das gibt es nicht mehr.",
    CONFLICT: (server) => `Das geht im Augenblick nicht. (${server})`,
    NOT_SUPPORTED: (server) => `Das kann diese Kamera nicht. (${server})`,
    INVALID_VALUE: (server) => `Dieser Wert ist nicht möglich. (${server})`,
    TOO_LARGE: () => "Das ist größer, als die Kamera annimmt.",
    LIMIT_REACHED: (server) => `Dafür ist gerade kein Platz. (${server})`,
    VIEWER_LIMIT: (server) => `Es sehen schon so viele zu, wie erlaubt sind. (${server})`,
    NO_COMMON_CODEC: () => "Dieser Browser kann keinen der Streams der Kamera dekodieren.",
    CAMERA_OFFLINE: () => "Das Kameramodul liefert kein Bild. Prüfen Sie sein Kabel.",
    STORAGE_UNAVAILABLE: () =>
      "Die Kamera kann nicht auf ihren Speicher schreiben: Der Datenträger ist voll, defekt oder nicht da. Schaffen Sie Platz, oder prüfen Sie den Datenträger oder die Netzwerkfreigabe.",
    UNAVAILABLE: (server) => `Das ist gerade nicht verfügbar. (${server})`,
    INTERNAL: (server) => `In der Kamera ist etwas schiefgegangen. (${server})`,
  },
};
