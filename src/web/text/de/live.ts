import type { Text } from "../en.ts";

/** Das Livebild. */
export const live: Text["live"] = {
  picture: "Livebild",
  stage: (canSteer) =>
    canSteer
      ? "Livebild. Pfeiltasten steuern, Plus und Minus vergrößern und verkleinern das Bild, 0 zeigt es ganz."
      : "Livebild. Plus und Minus vergrößern und verkleinern das Bild, 0 zeigt es ganz.",
  state: {
    starting: "Verbindet mit der Kamera …",
    live: "Live",
    mjpeg: "Einzelbilder",
    away: "Keine Verbindung",
    refused: "Nicht angemeldet",
    camera: "Kamera fehlt",
    none: "Kein Bild",
  },
  readout: {
    title:
      "Von der Aufnahme des Bildes in der Kamera, bis der Browser es auf den Bildschirm bringt, nach der Uhr der Kamera, die auf die Hälfte eines Umlaufs genau bekannt ist (±). Belichtungszeit und die Verzögerung des Bildschirms kommen hinzu. Gepuffert: wie lange Bilder im Browser vor dem Dekodieren warteten.",
    label: "Werte des Livebilds",
    latency: "Aufnahme bis Schirm",
    rate: "Bitrate",
    frames: "Bildrate",
    loss: "Verlust",
    buffered: "Gepuffert",
    roundTrip: "Umlauf",
    perSecond: "B/s",
  },
  failure: {
    noPicture: (why) => `Über WebRTC kam innerhalb von 3 Sekunden kein Bild${why}.`,
    noWay: ": kein Weg zum UDP- oder TCP-Port der Kamera wurde gefunden",
    brokeOff: "Die Live-Verbindung zur Kamera brach ab.",
    unsupported: "Dieser Browser hat kein WebRTC.",
  },
  mjpegNote: (reason, isVideoTried) =>
    `${reason} Stattdessen werden Einzelbilder (MJPEG) gezeigt${isVideoTried ? "; Live-Video wird von selbst wieder versucht" : ""}.`,
  mjpegFailed: (reason, isVideoTried) =>
    `${reason} Auch Einzelbilder (MJPEG) kommen nicht. ${isVideoTried ? "Beides wird" : "Sie werden"} von selbst wieder versucht.`,
  standInNote: "Keine Kamera liefert Bilder: Sie sehen einen Ersatz.",
  otherCameraNote: (camera, other) =>
    `Kamera ${camera} ist nicht verbunden. Schließen Sie sie an, dann kommt ihr Bild von selbst, oder wählen Sie Kamera ${other}.`,
  awayNote: (reason) => `${reason} Die Seite versucht es von selbst wieder.`,
  record: {
    start: "Aufnehmen",
    stop: "Beenden",
    pause: "Aufnahme anhalten",
    resume: "Aufnahme fortsetzen",
    saved: "Die Aufnahme ist gespeichert. Sie steht unter Aufnahmen.",
    elapsed: (time) => `Aufnahme läuft, ${time}`,
    paused: (time) => `Aufnahme angehalten bei ${time}`,
  },
  snapshot: "Bild speichern",
  snapshotSaved: (name) => `Bild gespeichert als ${name}.`,
  fullScreen: "Vollbild",
  pictureInPicture: "Bild im Bild",
  stream: "Stream",
  streams: {
    stream1: (size) => `Groß ${size}`,
    stream2: (size) => `Klein ${size}`,
  },
  showAll: (factor) => `${factor}×: alles zeigen`,
  deck: "Bedienung",
  steering: {
    title: "Schwenken und Neigen",
    up: "Nach oben neigen",
    down: "Nach unten neigen",
    left: "Nach links schwenken",
    right: "Nach rechts schwenken",
    home: "Grundstellung",
    zoom: "Zoom",
    presets: "Fahre zu",
    choose: "Position wählen",
  },
  light: {
    title: "Licht",
    on: (camera) => `Licht von Kamera ${camera}`,
    level: (camera) => `Helligkeit von Licht ${camera}`,
  },
  rotor: {
    title: "Rotor",
    speed: "Richtung und Geschwindigkeit",
    stopped: "steht",
    clockwise: (percent) => `${percent} % im Uhrzeigersinn`,
    counterclockwise: (percent) => `${percent} % gegen den Uhrzeigersinn`,
    stop: "Rotor anhalten",
  },
  cameras: {
    title: "Kameras",
    main: "Hauptbild",
    camera: (number) => `Kamera ${number}`,
    away: (camera) => `${camera} · getrennt`,
    inset: "Andere Kamera als Einblendung",
    off: "nicht gezeigt",
    "top-left": "oben links",
    "top-right": "oben rechts",
    "bottom-left": "unten links",
    "bottom-right": "unten rechts",
  },
  why: {
    title: "Warum ist kein Bild da?",
    asking: "Fragt die Kamera …",
    history: {
      title: "Die letzten zwei Minuten",
      lines: {
        latencyMs: "Aufnahme bis Anzeige, ms",
        fps: "Bilder je Sekunde",
        mbitPerSecond: "Bitrate, Mbit/s",
        lossPercent: "Verlust, %",
      },
      summary: (now, least, most) => `jetzt ${now}, ${least} bis ${most}`,
      unknown: "nicht bekannt",
    },
    good: "Bilder kommen an, und die Kamera meldet keine Störung. Ist das Bild dunkel, prüfen Sie Objektivdeckel und Licht.",
    away: "Die Kamera antwortet gar nicht. Prüfen Sie, ob sie Strom hat und ob dieses Gerät in ihrem Netz ist. Nach einem Neustart braucht sie einige Sekunden.",
    offline: (camera, problem) =>
      `Kamera ${camera} liefert kein Bild. ${problem === "" ? "Prüfen Sie ihr Kabel und stecken Sie es neu ein; das Bild kommt von selbst wieder." : `Gemeldet wird: ${problem}`}`,
    stalled: (camera) =>
      `Kamera ${camera} ist verbunden, liefert aber keine Bilder mehr. Stecken Sie sie aus und wieder ein.`,
    opening: (camera) => `Kamera ${camera} wird gerade geöffnet. Das Bild sollte in Sekunden kommen.`,
    substitute:
      "Es wurde keine Kamera gefunden, ein Testbild vertritt sie. Schließen Sie eine Kamera an, oder wählen Sie eine in der Konfiguration.",
    encoder: (streams) =>
      `Die Kamera liefert Bilder, aber keines wird kodiert (${streams}). Starten Sie sie unter System, Wartung neu.`,
    blocked: (ports) =>
      `Live-Video kommt nicht durch. Öffnen Sie zwischen diesem Gerät und der Kamera ${ports} in der Firewall.`,
    overTcp: (ports) =>
      `Live-Video kommt über TCP, da UDP nicht durchkommt: wo Pakete verloren gehen, steht es kurz still. Öffnen Sie zwischen diesem Gerät und der Kamera ${ports} in der Firewall.`,
    ports: {
      both: (port) => `UDP- und TCP-Port ${port}`,
      udp: (port) => `UDP-Port ${port}`,
      tcp: (port) => `TCP-Port ${port}`,
      and: " und ",
      unknown: "den WebRTC-Port der Kamera (webrtc_port in der Konfiguration), UDP und TCP,",
    },
    slow: "Die Kamera hat innerhalb von 3 Sekunden nicht geantwortet. Sie ist überlastet oder das Netz langsam; die Seite versucht es von selbst wieder.",
    undecoded:
      "Live-Video erreicht dieses Gerät, aber der Browser zeigt nichts davon. Wählen Sie den kleinen Stream, oder nehmen Sie einen anderen Browser.",
    viewers:
      "Es sehen so viele zu, wie erlaubt sind. Schließen Sie anderswo ein Livebild, beenden Sie eines unter System, Streams und Zuschauer, oder erlauben Sie in der Konfiguration mehr Zuschauer (webrtc_viewers).",
    loggedOut: "Hier ist niemand angemeldet. Melden Sie sich an, um das Bild zu sehen.",
    forbidden: (permission) =>
      `Ihr Konto darf das Bild nicht sehen: ihm fehlt die Berechtigung ${permission}. Ein Administrator kann sie unter System, Benutzer geben.`,
    codec:
      "Dieser Browser kann das Video der Kamera nicht dekodieren. Nehmen Sie ein aktuelles Firefox, Chrome, Edge oder Safari.",
    unsupported: "Dieser Browser hat kein WebRTC. Nehmen Sie ein aktuelles Firefox, Chrome, Edge oder Safari.",
    failed: (what) => `Die Kamera hat es versucht und sagt: ${what}`,
    warning: (text) => `Die Kamera warnt: ${text}`,
    hidden: "Ihr Konto darf den Zustand der Kamera nicht sehen. Ein Administrator sieht hier mehr.",
  },
};
