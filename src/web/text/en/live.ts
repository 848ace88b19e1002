/** The live picture. */
export const live = {
  picture: "Live picture",
  readout: {
    webrtc: "WebRTC",
    mjpeg: "MJPEG",
    fps: (fps: number) => `${fps} fps`,
    rate: (mbits: string) => `${mbits} Mbit/s`,
    lost: (percent: string) => `${percent} % lost`,
    latency: (ms: number, uncertaintyMs: number) => `${ms} ms (±${uncertaintyMs}) from capture to screen`,
    buffered: (ms: number) => `${ms} ms buffered`,
    roundTrip: (ms: number) => `round trip ${ms} ms`,
    title:
      "From the picture's capture in the camera until the browser puts it on the screen, by the camera's own clock, which is known to half of a round trip (±). The camera's exposure and the screen's delay come on top. Buffered: what pictures waited in the browser before they were decoded.",
  },
  failure: {
    noPicture: (why: string) => `No picture came over WebRTC within 3 seconds${why}.`,
    noWay: ": no way to the camera's UDP or TCP port was found",
    brokeOff: "The connection to the camera broke off.",
    unsupported: "This browser has no WebRTC.",
  },
  mjpegNote: (reason: string) => `${reason} Single pictures (MJPEG) are shown instead.`,
};
