"""Plays a scenario over WebSockets with the websockets package and prints what each client received, as JSON.

Standard input: {"url": …, "clients": {name: {"url"?: …, "authorization"?: …}}, "steps": [[name, "send", message] | [name, "raw", text]
| [name, "binary", text] | [name, "post", {"url", "body", "authorization"}] | [name, "expect", count] | [name, "wait", seconds]]}
Standard output: {name: {"received": […], "close": code or null, "refused": HTTP status or null}}
"""
import asyncio
import json
import sys
import urllib.request

import websockets


async def main(scenario):
    sockets, told = {}, {}
    for name, options in scenario["clients"].items():
        told[name] = {"received": [], "close": None, "refused": None}
        headers = {"Authorization": options["authorization"]} if "authorization" in options else {}
        try:
            sockets[name] = await websockets.connect(options.get("url", scenario["url"]), extra_headers=headers, max_size=None)
        except websockets.exceptions.InvalidStatusCode as error:
            told[name]["refused"] = error.status_code

    async def receive(name, limit):
        text = await asyncio.wait_for(sockets[name].recv(), limit)
        told[name]["received"].append(json.loads(text))

    for name, verb, *rest in scenario["steps"]:
        if name not in sockets:
            continue
        try:
            if verb == "send":
                await sockets[name].send(json.dumps(rest[0], ensure_ascii=False))
            elif verb == "raw":
                await sockets[name].send(rest[0])
            elif verb == "binary":
                await sockets[name].send(rest[0].encode())
            elif verb == "post":
                headers = {"Authorization": rest[0]["authorization"]}
                request = urllib.request.Request(rest[0]["url"], rest[0]["body"].encode(), headers)
                await asyncio.get_running_loop().run_in_executor(None, urllib.request.urlopen, request)
            elif verb == "expect":
                for _ in range(rest[0]):
                    await receive(name, 10)
            elif verb == "wait":
                while True:
                    await receive(name, rest[0])
        except (asyncio.TimeoutError, websockets.exceptions.ConnectionClosed):
            pass
    for name, socket in sockets.items():
        await socket.close()
        told[name]["close"] = socket.close_code
    print(json.dumps(told))


asyncio.run(main(json.load(sys.stdin)))
