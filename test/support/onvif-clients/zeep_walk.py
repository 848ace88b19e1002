"""PyPI's onvif-zeep, strict about the WSDLs: zeep_walk.py host port user password. Prints a JSON line a step."""
import json
import sys

from onvif import ONVIFCamera
from zeep.helpers import serialize_object


def say(name, value=None):
    print(json.dumps({"name": name, "value": value}, default=str), flush=True)


def step(name, call):
    value = call()
    say(name, serialize_object(value, dict))
    return value


host, port, user, password = sys.argv[1:]
camera = ONVIFCamera(host, int(port), user, password, adjust_time=True)
say("connect", True)
device = camera.devicemgmt
for operation in [
    "GetDeviceInformation", "GetSystemDateAndTime", "GetHostname", "GetScopes", "GetDNS", "GetNTP", "GetNetworkInterfaces",
    "GetNetworkProtocols", "GetNetworkDefaultGateway", "GetUsers", "GetDiscoveryMode", "GetWsdlUrl", "GetServiceCapabilities",
    "GetRelayOutputs", "GetZeroConfiguration", "GetDynamicDNS", "GetIPAddressFilter", "GetEndpointReference",
]:
    step(operation, getattr(device, operation))
step("GetServices", lambda: device.GetServices({"IncludeCapability": True}))
media = camera.create_media_service()
profiles = step("GetProfiles", media.GetProfiles)
token = profiles[0].token
for operation in [
    "GetVideoSources", "GetAudioSources", "GetVideoSourceConfigurations", "GetVideoEncoderConfigurations",
    "GetAudioSourceConfigurations", "GetAudioEncoderConfigurations", "GetMetadataConfigurations", "GetServiceCapabilities",
]:
    step(f"media {operation}", getattr(media, operation))
for profile in profiles:
    setup = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
    step(f"GetStreamUri {profile.token}", lambda p=profile: media.GetStreamUri({"StreamSetup": setup, "ProfileToken": p.token}))
    step(f"GetSnapshotUri {profile.token}", lambda p=profile: media.GetSnapshotUri({"ProfileToken": p.token}))
    step(f"GetProfile {profile.token}", lambda p=profile: media.GetProfile({"ProfileToken": p.token}))
step("GetVideoEncoderConfigurationOptions", lambda: media.GetVideoEncoderConfigurationOptions({"ProfileToken": token}))
encoder = profiles[0].VideoEncoderConfiguration
encoder.RateControl.FrameRateLimit = 25
step("SetVideoEncoderConfiguration", lambda: media.SetVideoEncoderConfiguration({"Configuration": encoder, "ForcePersistence": True}))
ptz = camera.create_ptz_service()
nodes = step("GetNodes", ptz.GetNodes)
step("GetNode", lambda: ptz.GetNode({"NodeToken": nodes[0].token}))
configurations = step("GetConfigurations", ptz.GetConfigurations)
step("GetConfigurationOptions", lambda: ptz.GetConfigurationOptions({"ConfigurationToken": configurations[0].token}))
step("AbsoluteMove", lambda: ptz.AbsoluteMove({"ProfileToken": token, "Position": {"Zoom": {"x": 0.5}}}))
step("GetStatus", lambda: ptz.GetStatus({"ProfileToken": token}))
step("ContinuousMove", lambda: ptz.ContinuousMove({"ProfileToken": token, "Velocity": {"Zoom": {"x": -0.5}}, "Timeout": "PT1S"}))
step("Stop", lambda: ptz.Stop({"ProfileToken": token, "PanTilt": True, "Zoom": True}))
preset = step("SetPreset", lambda: ptz.SetPreset({"ProfileToken": token, "PresetName": "Tür"}))
step("GetPresets", lambda: ptz.GetPresets({"ProfileToken": token}))
step("RemovePreset", lambda: ptz.RemovePreset({"ProfileToken": token, "PresetToken": preset}))
imaging = camera.create_imaging_service()
source = profiles[0].VideoSourceConfiguration.SourceToken
step("GetImagingSettings", lambda: imaging.GetImagingSettings({"VideoSourceToken": source}))
step("GetOptions", lambda: imaging.GetOptions({"VideoSourceToken": source}))
step("SetImagingSettings", lambda: imaging.SetImagingSettings({"VideoSourceToken": source, "ImagingSettings": {"Brightness": 55}}))
step("GetMoveOptions", lambda: imaging.GetMoveOptions({"VideoSourceToken": source}))
step("imaging GetStatus", lambda: imaging.GetStatus({"VideoSourceToken": source}))
events = camera.create_events_service()
step("GetEventProperties", lambda: sorted(str(part) for part in [events.GetEventProperties() is not None]))
pull = camera.create_pullpoint_service()
step("PullMessages", lambda: pull.PullMessages({"Timeout": "PT1S", "MessageLimit": 10}))
say("end", True)
