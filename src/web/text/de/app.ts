import type { Text } from "../en.ts";

/** Der Rahmen um die Ansichten. */
export const app: Text["app"] = {
  navigation: "Ansichten",
  skip: "Zur Ansicht springen",
  views: { live: "Live", control: "Steuerung", recordings: "Aufnahmen", system: "System" },
  loading: "Lädt …",
  notLoaded: "Diese Ansicht konnte nicht geladen werden.",
  tryAgain: "Noch einmal versuchen",
  cancel: "Abbrechen",
  close: "Schließen",
  dismiss: "Diese Meldung schließen",
  required: "Pflichtfeld",
  connection: {
    lost: "Die Verbindung zur Kamera ist unterbrochen. Was Sie sehen, kann veraltet sein.",
    unreachable: "Die Kamera antwortet nicht.",
    retryIn: (seconds) => `Nächster Versuch in ${seconds} s.`,
    connecting: "Verbindet …",
    retryNow: "Jetzt versuchen",
  },
  login: {
    title: "Anmelden",
    intro: "Diese Kamera zeigt ihr Bild nur Personen, die sie kennt.",
    again: "Melden Sie sich an, um fortzufahren. Ihre Eingaben bleiben erhalten.",
    user: "Benutzername",
    password: "Passwort",
    submit: "Anmelden",
    help: {
      title: "Zum ersten Mal hier oder Passwort vergessen?",
      first:
        "Beim ersten Start legt die Kamera den Benutzer admin mit einem Passwort an. Beides zeigt sie in ihrem Terminal; ohne Terminal steht das Passwort in einer Datei, initial-password, die ihr Protokoll nennt.",
      lost: "Alle anderen bekommen ein neues Passwort von einem Administrator, ein Administrator auf der Kamera selbst: rotordream user passwd admin",
    },
    wrong: "Benutzername oder Passwort ist falsch.",
    logIn: "Anmelden",
    logOut: "Abmelden",
    loggedInAs: (user) => `Angemeldet als ${user}`,
    anonymous: "Nicht angemeldet",
  },
  firstLogin: {
    title: "Eigenes Passwort wählen",
    intro:
      "Das Passwort, mit dem Sie sich angemeldet haben, hat die Kamera erzeugt. Wählen Sie Ihr eigenes: mindestens 8 Zeichen, kein gängiges, nicht Ihr Benutzername.",
    old: "Bisheriges Passwort",
    fresh: "Neues Passwort",
    repeat: "Neues Passwort wiederholen",
    differs: "Die beiden neuen Passwörter stimmen nicht überein.",
    submit: "Speichern und weiter",
  },
  refused: {
    title: "Nicht für dieses Konto",
    text: (permission) =>
      `Diese Ansicht verlangt die Berechtigung ${permission}. Ein Administrator kann sie Ihnen unter System, Benutzer geben.`,
  },
  appearance: {
    title: "Darstellung",
    language: "Sprache",
    theme: "Farben",
    auto: "Wie dieses Gerät",
    light: "Hell",
    dark: "Dunkel",
  },
  missing: { title: "Hier ist nichts", text: "Die Adresse nennt keine Ansicht dieser Seite.", back: "Zum Livebild" },
};
