// Logs in, reads and changes settings over HTTP, hears of the change over WebSocket.
import { writeFile } from "node:fs/promises";

const {
  ROTORDREAM_URL = "http://localhost:8080",
  ROTORDREAM_USER = "admin",
  ROTORDREAM_PASSWORD = "password",
} = process.env;

async function call(path, options = {}) {
  const answer = await fetch(ROTORDREAM_URL + path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${body.error}`);
  return body.data;
}

const { token } = await call("/api/login", {
  method: "POST",
  body: JSON.stringify({ username: ROTORDREAM_USER, password: ROTORDREAM_PASSWORD }),
});
const headers = { Authorization: `Bearer ${token}` };
console.log(`logged in as ${(await call("/api/session", { headers })).user}`);
console.log(`brightness is ${(await call("/api/settings/brightness", { headers })).brightness}`);

const socket = new WebSocket(`${ROTORDREAM_URL.replace("http", "ws")}/api/v1?token=${token}`);
const heard = new Promise((resolve, reject) => {
  socket.onerror = () => reject(new Error("the WebSocket failed"));
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    // the first answer tells that the server knows us; then somebody changes something
    if (message.id === 1)
      void call("/api/settings", { method: "POST", headers, body: JSON.stringify({ brightness: 62 }) });
    else if (message.brightness !== undefined) resolve(message.brightness);
  };
});
socket.onopen = () => socket.send(JSON.stringify({ get: ["brightness"], id: 1 }));
console.log(`brightness becomes ${await heard}`);
socket.close();

await call("/api/settings", { method: "POST", headers, body: JSON.stringify({ brightness: 50, contrast: 50 }) });
const picture = new Uint8Array(
  await (await fetch(`${ROTORDREAM_URL}/api/snapshot?quality=90`, { headers })).arrayBuffer(),
);
await writeFile("picture.jpg", picture);
console.log(`picture.jpg has ${picture[0].toString(16)}${picture[1].toString(16)}`);
await call("/api/logout", { method: "POST", headers });
