// npm `node-onvif`, which knows WS-UsernameToken alone: node node-onvif.cjs host port user password. Prints a JSON line a step.
const onvif = require("node-onvif");

const [host, port, user, pass] = process.argv.slice(2);
const say = (name, value) => process.stdout.write(`${JSON.stringify({ name, value: value ?? null })}\n`);

async function walk() {
  const device = new onvif.OnvifDevice({ xaddr: `http://${host}:${port}/onvif/device_service`, user, pass });
  say("init", await device.init());
  say("getProfileList", device.getProfileList());
  say("getUdpStreamUrl", device.getUdpStreamUrl());
  say("snapshot", device.getCurrentProfile().snapshot);
  await device.ptzMove({ speed: { x: 0, y: 0, z: 0.5 }, timeout: 1 });
  say("ptzMove", true);
  await device.ptzStop();
  say("ptzStop", true);
  say("getEventProperties", Object.keys((await device.services.events.getEventProperties()).data));
  const picture = await device.fetchSnapshot();
  say("fetchSnapshot", [picture.headers["content-type"], picture.body.length]);
}

walk().then(
  () => say("end", true),
  (error) => {
    say("failed", String(error?.stack ?? error));
    process.exit(1);
  },
);
