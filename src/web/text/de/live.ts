import type { Text } from "../en.ts";

/** Das Livebild. */
export const live: Text["live"] = {
  picture: "Livebild",
  readout: {
    webrtc: "WebRTC",
    mjpeg: "MJPEG",
    fps: (fps) => `${fps} B/s`,
    rate: (mbits) => `${mbits} Mbit/s`,
    lost: (percent) => `${percent} % verloren`,
    latency: (ms, uncertaintyMs) => `${ms} ms (±${uncertaintyMs}) von der Aufnahme bis zum Bildschirm`,
    buffered: (ms) => `${ms} ms gepuffert`,
    roundTrip: (ms) => `Umlauf ${ms} ms`,
    title:
      "Von der Aufnahme des Bildes in der Kamera, bis der Browser es auf den Bildschirm bringt, nach der Uhr der Kamera, die auf die Hälfte eines Umlaufs genau bekannt ist (±). Belichtungszeit und die Verzögerung des Bildschirms kommen hinzu. Gepuffert: wie lange Bilder im Browser vor dem Dekodieren warteten.",
  },
  failure: {
    noPicture: (why) => `Über WebRTC kam innerhalb von 3 Sekunden kein Bild${why}.`,
    noWay: ": kein Weg zum UDP- oder TCP-Port der Kamera wurde gefunden",
    brokeOff: "Die Verbindung zur Kamera brach ab.",
    unsupported: "Dieser Browser hat kein WebRTC.",
  },
  mjpegNote: (reason) => `${reason} Stattdessen werden Einzelbilder (MJPEG) gezeigt.`,
};
