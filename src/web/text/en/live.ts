/** The live picture. */
export const live = {
  picture: "Live picture",
  stage: (canSteer: boolean) =>
    canSteer
      ? "Live picture. Arrow keys steer, plus and minus zoom into the picture, 0 shows all of it."
      : "Live picture. Plus and minus zoom into the picture, 0 shows all of it.",
  state: {
    starting: "Connecting to the camera…",
    live: "Live",
    mjpeg: "Single pictures",
    away: "No connection",
    refused: "Not logged in",
    camera: "No camera",
    none: "No picture",
  },
  readout: {
    title:
      "From the picture's capture in the camera until the browser puts it on the screen, by the camera's own clock, which is known to half of a round trip (±). The camera's exposure and the screen's delay come on top. Buffered: what pictures waited in the browser before they were decoded.",
    label: "Figures of the live picture",
    latency: "Capture to screen",
    rate: "Bit rate",
    frames: "Frame rate",
    loss: "Loss",
    buffered: "Buffered",
    roundTrip: "Round trip",
    perSecond: "fps",
  },
  failure: {
    noPicture: (why: string) => `No picture came over WebRTC within 3 seconds${why}.`,
    noWay: ": no way to the camera's UDP or TCP port was found",
    brokeOff: "The live connection to the camera broke off.",
    unsupported: "This browser has no WebRTC.",
  },
  mjpegNote: (reason: string, isVideoTried: boolean) =>
    `${reason} Single pictures (MJPEG) are shown instead${isVideoTried ? "; live video is tried again by itself" : ""}.`,
  mjpegFailed: (reason: string, isVideoTried: boolean) =>
    `${reason} Single pictures (MJPEG) do not come either. ${isVideoTried ? "Both" : "They"} are tried again by themselves.`,
  standInNote: "No camera gives pictures: what you see stands in for it.",
  otherCameraNote: (camera: number, other: number) =>
    `Camera ${camera} is not connected. Plug it in, and its picture comes by itself, or choose camera ${other}.`,
  awayNote: (reason: string) => `${reason} The page tries again by itself.`,
  record: {
    start: "Record",
    stop: "Stop",
    pause: "Pause recording",
    resume: "Go on recording",
    saved: "The recording is saved. It is under Recordings.",
    elapsed: (time: string) => `Recording, ${time}`,
    paused: (time: string) => `Recording paused at ${time}`,
  },
  snapshot: "Save a picture",
  snapshotSaved: (name: string) => `Picture saved as ${name}.`,
  fullScreen: "Full screen",
  pictureInPicture: "Picture in picture",
  stream: "Stream",
  streams: {
    stream1: (size: string) => `Full ${size}`,
    stream2: (size: string) => `Small ${size}`,
  },
  showAll: (factor: string) => `${factor}×: show all`,
  deck: "Steering",
  steering: {
    title: "Pan and tilt",
    up: "Tilt up",
    down: "Tilt down",
    left: "Pan left",
    right: "Pan right",
    home: "Home position",
    zoom: "Zoom",
    presets: "Go to",
    choose: "Choose a position",
  },
  light: {
    title: "Light",
    on: (camera: number) => `Light of camera ${camera}`,
    level: (camera: number) => `Brightness of light ${camera}`,
  },
  rotor: {
    title: "Rotor",
    speed: "Direction and speed",
    stopped: "stopped",
    clockwise: (percent: string) => `${percent} % clockwise`,
    counterclockwise: (percent: string) => `${percent} % counterclockwise`,
    stop: "Stop the rotor",
  },
  cameras: {
    title: "Cameras",
    main: "Main picture",
    camera: (number: number) => `Camera ${number}`,
    away: (camera: string) => `${camera} · offline`,
    inset: "Other camera as inset",
    off: "not shown",
    "top-left": "top left",
    "top-right": "top right",
    "bottom-left": "bottom left",
    "bottom-right": "bottom right",
  },
  why: {
    title: "Why is there no picture?",
    asking: "Asking the camera…",
    history: {
      title: "The last two minutes",
      lines: {
        latencyMs: "Capture to screen, ms",
        fps: "Frames a second",
        mbitPerSecond: "Bit rate, Mbit/s",
        lossPercent: "Loss, %",
      },
      summary: (now: string, least: string, most: string) => `now ${now}, ${least} to ${most}`,
      unknown: "not known",
    },
    good: "Pictures are arriving, and the camera reports no trouble. If what you see is dark, check the lens cover and the light.",
    away: "The camera does not answer at all. Check that it has power and that this device is in its network. After a restart it takes a few seconds.",
    offline: (camera: string, problem: string) =>
      `Camera ${camera} gives no picture. ${problem === "" ? "Check its cable and plug it in again; the picture comes back by itself." : problem}`,
    stalled: (camera: string) =>
      `Camera ${camera} is connected, but its pictures have stopped. Plug it out and in again.`,
    opening: (camera: string) => `Camera ${camera} is being opened. The picture should come within seconds.`,
    substitute:
      "No camera was found, so a test picture stands in. Connect a camera, or choose one in the configuration.",
    encoder: (streams: string) =>
      `The camera delivers pictures, but none of them is encoded (${streams}). Restart it under System, Maintenance.`,
    blocked: (ports: string) =>
      `Live video does not get through. Open ${ports} between this device and the camera in the firewall.`,
    overTcp: (ports: string) =>
      `Live video comes over TCP, since UDP does not get through: where packets are lost it stands still for a moment. Open ${ports} between this device and the camera in the firewall.`,
    ports: {
      both: (port: string) => `UDP and TCP port ${port}`,
      udp: (port: string) => `UDP port ${port}`,
      tcp: (port: string) => `TCP port ${port}`,
      and: " and ",
      unknown: "the camera's WebRTC port (webrtc_port in the configuration), UDP and TCP,",
    },
    slow: "The camera has not answered within 3 seconds. It is overloaded, or the network is slow; the page tries again by itself.",
    undecoded:
      "Live video reaches this device, but the browser shows none of it. Choose the small stream, or use another browser.",
    viewers:
      "As many people are watching as are allowed. Close a live picture somewhere else, end one under System, Streams and viewers, or allow more viewers in the configuration (webrtc_viewers).",
    loggedOut: "Nobody is logged in here. Log in to see the picture.",
    forbidden: (permission: string) =>
      `Your account may not see the picture: it lacks the permission ${permission}. An administrator can give it under System, Users.`,
    codec: "This browser cannot decode the camera's video. Use a current Firefox, Chrome, Edge or Safari.",
    unsupported: "This browser has no WebRTC. Use a current Firefox, Chrome, Edge or Safari.",
    failed: (what: string) => `The camera tried, and says: ${what}`,
    warning: (text: string) => `The camera warns: ${text}`,
    hidden: "Your account may not see the state of the camera. An administrator sees more here.",
  },
};
