"""PyPI's onvif-zeep-async in the order in which Home Assistant and Frigate call: zeep_async_walk.py host port user password. Prints a JSON line a step; waits for motion by pull."""
import asyncio
import datetime
import json
import sys

from onvif import ONVIFCamera
from zeep.helpers import serialize_object


def say(name, value=None):
    print(json.dumps({"name": name, "value": value}, default=str), flush=True)


async def step(name, call):
    value = await call
    say(name, serialize_object(value, dict) if not isinstance(value, (bytes, bool, str)) else str(value)[:200])
    return value


async def walk(host, port, user, password):
    camera = ONVIFCamera(host, int(port), user, password)
    await step("update_xaddrs", camera.update_xaddrs())
    device = await camera.create_devicemgmt_service()
    clock = await step("GetSystemDateAndTime", device.GetSystemDateAndTime())
    if clock.DateTimeType not in ("NTP", "Manual"):
        raise ValueError(clock.DateTimeType)
    await step("GetDeviceInformation", device.GetDeviceInformation())
    await step("GetNetworkInterfaces", device.GetNetworkInterfaces())
    await step("get_capabilities", camera.get_capabilities())
    media = await camera.create_media_service()
    await step("GetServiceCapabilities", media.GetServiceCapabilities())
    profiles = await step("GetProfiles", media.GetProfiles())
    for profile in profiles:
        # Home Assistant reads these of every profile
        say("resolution", [profile.token, profile.VideoEncoderConfiguration.Resolution.Width, profile.VideoEncoderConfiguration.Encoding])
    token = profiles[0].token
    request = media.create_type("GetStreamUri")
    request.ProfileToken = token
    request.StreamSetup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    await step("GetStreamUri", media.GetStreamUri(request))
    await step("get_snapshot_uri", camera.get_snapshot_uri(token))
    picture = await camera.get_snapshot(token)
    say("get_snapshot", picture[:2] == b"\xff\xd8")
    ptz = await camera.create_ptz_service()
    await step("GetPresets", ptz.GetPresets(token))
    await step("GetConfigurationOptions", ptz.GetConfigurationOptions(profiles[0].PTZConfiguration.token))
    await step("GetStatus", ptz.GetStatus({"ProfileToken": token}))
    move = ptz.create_type("ContinuousMove")
    move.ProfileToken = token
    move.Velocity = {"Zoom": {"x": 0.5}}
    await step("ContinuousMove", ptz.ContinuousMove(move))
    await step("Stop", ptz.Stop({"ProfileToken": token}))
    imaging = await camera.create_imaging_service()
    await step("GetImagingSettings", imaging.GetImagingSettings({"VideoSourceToken": profiles[0].VideoSourceConfiguration.SourceToken}))
    lost = []
    manager = await camera.create_pullpoint_manager(datetime.timedelta(minutes=10), lambda: lost.append(True))
    await manager.set_synchronization_point()
    service = manager.get_service()
    say("pullpoint", True)
    seen = []
    for _ in range(20):
        messages = await service.PullMessages({"MessageLimit": 100, "Timeout": datetime.timedelta(seconds=3)})
        for message in messages.NotificationMessage:
            seen.append([message.Topic._value_1, serialize_object(message.Message._value_1, dict)])
        if any(topic == "tns1:VideoSource/MotionAlarm" and value.get("PropertyOperation") == "Changed" for topic, value in seen):
            break
    say("events", seen)
    say("lost", len(lost))
    await manager.shutdown()
    await camera.close()
    say("end", True)


asyncio.run(walk(*sys.argv[1:]))
