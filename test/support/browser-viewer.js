// Runs in the browser before the page's own scripts: a viewer as a customer would write it, with nothing but RTCPeerConnection and fetch,
// and what it saw of the test pattern (the strip that native/README.md describes).

const COLUMNS = 50;
const BITS_PER_ROW = COLUMNS - 2;

globalThis.viewers = [];

/** Plays a stream by one of the three ways of signalling; resolves with the milliseconds until the first picture. */
globalThis.play = async (way, stream = "stream1", server = "", options = {}) => {
  const connection = new RTCPeerConnection(options);
  const video = document.createElement("video");
  video.muted = true;
  video.autoplay = true;
  document.body.append(video);
  const began = performance.now();
  const viewer = { connection, video, began, pictures: [], longestGapMs: 0, sizes: [], states: [], session: undefined };
  viewers.push(viewer);
  const first = new Promise((resolve) => watch(viewer, resolve));
  connection.onconnectionstatechange = () => viewer.states.push(connection.connectionState);
  // before the remote description: the event comes while that is set
  connection.ontrack = ({ streams }) => {
    video.srcObject = streams[0];
  };
  await WAYS[way](connection, stream, server, viewer);
  const timeout = new Promise((_resolve, reject) => setTimeout(() => reject(new Error("no picture came")), 15_000));
  return (await Promise.race([first, timeout])) - began;
};

const WAYS = {
  async offered(connection, stream, server, viewer) {
    const offer = await (await fetch(`${server}/api/webrtc/offer?stream=${stream}`)).json();
    await connection.setRemoteDescription(offer);
    await connection.setLocalDescription(await connection.createAnswer());
    // posted before anything was gathered: no candidates in it
    const body = JSON.stringify(connection.localDescription);
    const answer = await fetch(`${server}/api/webrtc/answer`, { method: "POST", body });
    if (!answer.ok) throw new Error(await answer.text());
    viewer.session = `/api/webrtc/sessions/${offer.id}`;
  },
  async json(connection, stream, server, viewer) {
    connection.addTransceiver("video", { direction: "recvonly" });
    await connection.setLocalDescription();
    const { type, sdp } = connection.localDescription;
    const body = JSON.stringify({ type, sdp, stream });
    const answer = await fetch(`${server}/api/webrtc/offer`, { method: "POST", body });
    viewer.session = answer.headers.get("Location");
    await connection.setRemoteDescription(await answer.json());
  },
  async whep(connection, stream, server, viewer) {
    connection.addTransceiver("video", { direction: "recvonly" });
    await connection.setLocalDescription();
    const headers = { "Content-Type": "application/sdp" };
    const body = connection.localDescription.sdp;
    const answer = await fetch(`${server}/api/whep/${stream}`, { method: "POST", headers, body });
    if (answer.status !== 201) throw new Error(await answer.text());
    viewer.session = answer.headers.get("Location");
    viewer.etag = answer.headers.get("ETag");
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  },
};

/** What a viewer saw since the last call, and what the browser says of its reception. */
globalThis.report = async (index = 0) => {
  const viewer = viewers[index];
  const inbound = [...(await viewer.connection.getStats()).values()].find(({ type }) => type === "inbound-rtp") ?? {};
  const { pictures, longestGapMs, sizes, states } = viewer;
  viewer.pictures = [];
  viewer.longestGapMs = 0;
  viewer.sizes = [];
  const { framesDecoded = 0, freezeCount = 0, nackCount = 0, pliCount = 0, packetsLost = 0, frameWidth = 0 } = inbound;
  return {
    pictures,
    longestGapMs,
    sizes,
    states,
    framesDecoded,
    freezeCount,
    nackCount,
    pliCount,
    packetsLost,
    frameWidth,
  };
};

globalThis.stopViewer = (index = 0) => viewers[index].connection.close();

function watch(viewer, onFirst) {
  const { video } = viewer;
  const canvas = new OffscreenCanvas(COLUMNS * 4, 16);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let last;
  const onFrame = (now, { width, height, expectedDisplayTime }) => {
    const calledMs = performance.now();
    const shownMs = Date.now() + expectedDisplayTime - calledMs;
    onFirst(calledMs);
    // not the way to the first picture; a gap that began before the last report belongs to the next
    if (last !== undefined) viewer.longestGapMs = Math.max(viewer.longestGapMs, now - last);
    last = now;
    if (viewer.sizes.at(-1) !== width) viewer.sizes.push(width);
    const top = (height * 22) / 24;
    context.drawImage(video, 0, top, width, height - top, 0, 0, canvas.width, canvas.height);
    const strip = readStrip(context.getImageData(0, 0, canvas.width, canvas.height));
    viewer.pictures.push(strip === undefined ? {} : { ...strip, latencyMs: shownMs - strip.unixMs });
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

function readStrip({ data, width }) {
  const luma = (row, column) => {
    const at = ((row * 8 + 4) * width + column * 4 + 2) * 4;
    return (data[at] + data[at + 1] + data[at + 2]) / 3;
  };
  const payload = new Uint8Array(12);
  for (const row of [0, 1]) {
    const middle = (luma(row, 0) + luma(row, COLUMNS - 1)) / 2;
    for (let bit = 0; bit < BITS_PER_ROW; bit += 1) {
      const index = row * BITS_PER_ROW + bit;
      if (luma(row, bit + 1) > middle) payload[index >> 3] |= 0x80 >> (index & 7);
    }
  }
  const view = new DataView(payload.buffer);
  if (view.getUint16(10) !== crc16(payload.subarray(0, 10))) return undefined;
  return { counter: view.getUint32(0), unixMs: view.getUint16(4) * 2 ** 32 + view.getUint32(6) };
}

function crc16(bytes) {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
