"""Logs in, reads and changes settings over HTTP, hears of the change over WebSocket."""
import asyncio
import json
import os
import urllib.request

import websockets

URL = os.environ.get("ROTORDREAM_URL", "http://localhost:8080")
USER = os.environ.get("ROTORDREAM_USER", "admin")
PASSWORD = os.environ.get("ROTORDREAM_PASSWORD", "password")


def call(path, body=None, token=None, method=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def ask(path, body=None, token=None, method=None):
    return json.loads(call(path, body, token, method))["data"]


async def hear_of_a_change(token):
    async with websockets.connect(f"{URL.replace('http', 'ws')}/api/v1?token={token}") as socket:
        await socket.send(json.dumps({"get": ["brightness"], "id": 1}))
        await socket.recv()  # the server knows us; now somebody changes something
        await asyncio.to_thread(ask, "/api/settings", {"brightness": 62}, token)
        async for text in socket:
            message = json.loads(text)
            if "brightness" in message:
                return message["brightness"]


token = ask("/api/login", {"username": USER, "password": PASSWORD})["token"]
print("logged in as", ask("/api/session", token=token)["user"])
print("brightness is", ask("/api/settings/brightness", token=token)["brightness"])
print("brightness becomes", asyncio.run(hear_of_a_change(token)))
ask("/api/settings", {"brightness": 50, "contrast": 50}, token)
picture = call("/api/snapshot?quality=90", token=token)
with open("picture.jpg", "wb") as file:
    file.write(picture)
print("picture.jpg has", picture[:2].hex())
ask("/api/logout", token=token, method="POST")
