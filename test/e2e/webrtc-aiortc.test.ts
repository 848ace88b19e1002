import { expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { startServer } from "../support/server.ts";

const FRAMES = 45;
/** WHEP by aiortc, with nothing of ours: prints the sizes of the frames that it decoded. */
const CLIENT = `
import asyncio, sys, urllib.request
from aiortc import RTCPeerConnection, RTCSessionDescription

async def main(url, wanted):
    connection = RTCPeerConnection()
    arrived = asyncio.get_running_loop().create_future()
    connection.on("track", lambda track: arrived.set_result(track))
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    request = urllib.request.Request(url, connection.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request).read().decode())
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    track = await arrived
    for _ in range(wanted):
        frame = await track.recv()
        print(frame.width, frame.height, frame.pts, flush=True)
    await connection.close()

asyncio.run(asyncio.wait_for(main(sys.argv[1], int(sys.argv[2])), 30))
`;

testWith("aiortc")("aiortc plays stream2 by WHEP, frames in order", async () => {
  await using server = await startServer();
  const client = Bun.spawn(["/usr/bin/python3", "-c", CLIENT, `${server.http}/api/whep/stream2`, String(FRAMES)], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [printed, complaints] = await Promise.all([
    new Response(client.stdout).text(),
    new Response(client.stderr).text(),
  ]);
  const frames = printed
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  expect(frames.length, complaints).toBe(FRAMES);
  expect(frames.every(([width, height]) => width === 640 && height === 360)).toBe(true);
  const times = frames.map(([, , time = 0]) => time);
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
});
