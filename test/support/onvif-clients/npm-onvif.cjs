// npm `onvif`, which UniFi Protect and Scrypted use: node npm-onvif.cjs host port user password. Prints a JSON line a step.
const { Cam } = require("onvif/promises");

const [host, port, username, password] = process.argv.slice(2);
const say = (name, value) => process.stdout.write(`${JSON.stringify({ name, value: value ?? null })}\n`);

async function walk() {
  const cam = new Cam({ hostname: host, port: Number(port), username, password, timeout: 10_000 });
  const step = async (name, run) => {
    const value = await run();
    say(name, value);
    return value;
  };
  await step("connect", () => cam.connect().then(() => true));
  await step("getDeviceInformation", () => cam.getDeviceInformation());
  await step("getSystemDateAndTime", () => cam.getSystemDateAndTime());
  await step("getServices", () => cam.getServices(true));
  await step("getCapabilities", () => cam.getCapabilities());
  await step("getScopes", () => cam.getScopes());
  await step("getHostname", () => cam.getHostname());
  await step("getNTP", () => cam.getNTP());
  await step("getDNS", () => cam.getDNS());
  await step("getNetworkInterfaces", () => cam.getNetworkInterfaces());
  await step("getUsers", () => cam.getUsers());
  const profiles = await step("getProfiles", () => cam.getProfiles());
  const token = profiles[0].$.token;
  await step("getVideoSources", () => cam.getVideoSources());
  await step("getVideoSourceConfigurations", () => cam.getVideoSourceConfigurations());
  await step("getVideoEncoderConfigurations", () => cam.getVideoEncoderConfigurations());
  await step("getVideoEncoderConfigurationOptions", () =>
    cam.getVideoEncoderConfigurationOptions({ profileToken: token }),
  );
  await step("getStreamUri", () => cam.getStreamUri({ protocol: "RTSP", profileToken: token }));
  await step("getStreamUri UDP", () => cam.getStreamUri({ protocol: "UDP", profileToken: token }));
  await step("getSnapshotUri", () => cam.getSnapshotUri({ profileToken: token }));
  await step("getNodes", () => cam.getNodes());
  await step("getConfigurations", () => cam.getConfigurations());
  await step("absoluteMove zoom", () => cam.absoluteMove({ profileToken: token, zoom: 0.5 }));
  // a preset cannot be set on the way
  await step("getStatus", async () => {
    for (;;) {
      const status = await cam.getStatus({ profileToken: token });
      if (status.moveStatus.zoom === "IDLE") return status;
    }
  });
  const preset = await step("setPreset", () => cam.setPreset({ profileToken: token, presetName: "door" }));
  await step("getPresets", () => cam.getPresets({ profileToken: token }));
  await step("continuousMove", () =>
    cam.continuousMove({ profileToken: token, x: 0, y: 0, zoom: -0.5, timeout: 1000 }),
  );
  await step("stop", () => cam.stop({ profileToken: token, panTilt: true, zoom: true }));
  await step("gotoPreset", () =>
    cam.gotoPreset({ profileToken: token, preset: preset.presetToken ?? preset[0]?.presetToken ?? "1" }),
  );
  await step("getImagingSettings", () => cam.getImagingSettings());
  await step("getVideoSourceOptions", () => cam.getVideoSourceOptions());
  await step("setImagingSettings", () => cam.setImagingSettings({ brightness: 60 }));
  await step("getEventProperties", () => cam.getEventProperties());
  await step("createPullPointSubscription", () => cam.createPullPointSubscription());
  await step("pullMessages", () => cam.pullMessages({ timeout: 1000, messageLimit: 10 }));
  await step("unsubscribe", () => cam.unsubscribe());
}

walk().then(
  () => say("end", true),
  (error) => {
    say("failed", String(error?.stack ?? error));
    process.exit(1);
  },
);
