import { describe, expect, test } from "bun:test";
import { parseConfigFile } from "../../../src/config/config-file.ts";

const problemsOf = (text: string) => parseConfigFile("f.toml", text).problems;

describe("places of mistakes", () => {
  test.each([
    [
      "an unknown key",
      "\n[server]\nhttp_port = 80\nhtp_port = 81\n",
      "f.toml:4: unknown key server.htp_port; allowed: listen http_port",
    ],
    [
      "a wrong type",
      '[rtsp]\npayload_bytes = "1400"\n',
      'f.toml:2: rtsp.payload_bytes cannot be "1400"; allowed: a whole number',
    ],
    [
      "an impossible value",
      "[multicast]\nttl = 1\ngroup = '10.0.0.1'\n",
      'f.toml:3: multicast.group cannot be "10.0.0.1"; allowed: a multicast',
    ],
    [
      "a dotted key",
      "limits.rtsp_sessions = -1\n",
      "f.toml:1: limits.rtsp_sessions cannot be -1; allowed: a whole number from 0",
    ],
    ["a quoted key", '[limits]\n\n"rtsp_sessions" = 1.5\n', "f.toml:3: limits.rtsp_sessions cannot be 1.5"],
    ["an inline table", "\nlimits = { rtsp_sessions = true }\n", "f.toml:2: limits.rtsp_sessions cannot be true"],
    [
      "a list over lines",
      '[server]\nhosts = [\n "a.example",\n "b:80",\n]\nhttp_port = 1\n',
      "f.toml:5: server.hosts cannot be",
    ],
    ["an unknown section", "[server]\n[sever]\n", "f.toml:2: unknown section or key sever; allowed: [server]"],
    ["a key instead of a section", "server = 1\n", "f.toml:1: server must be a section: [server]"],
    ["Windows line ends", "[limits]\r\nrtsp_sessions = 'x'\r\n", "f.toml:2: limits.rtsp_sessions"],
    ["bad syntax", "[server]\nhttp_port = \n", "f.toml:2:"],
    ["a key twice", "[server]\nhttp_port = 1\nhttp_port = 2\n", "f.toml:3:"],
    [
      "hardware without a driver",
      "[server]\n[[light]]\nchip = '/dev/gpiochip0'\n",
      "f.toml:2: light.driver is wrong or missing",
    ],
    [
      "an unknown key of hardware",
      "[[ptz]]\ndriver = 'digital'\n[[ptz]]\ndriver = 'digital'\nspeed = 1\n",
      "f.toml:5: ptz.speed",
    ],
    ["hardware as a section", "[rotor]\ndriver = 'digital'\n", "f.toml:1: rotor must be at most 16 sections [[rotor]]"],
  ])("%s", (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(expected);
  });

  test("syntax errors do not quote the line, in which a password may stand", () => {
    const [problem = ""] = problemsOf('[auth]\nadmin_password = "hunter2hunter2\n');
    expect(problem).toStartWith("f.toml:2:");
    expect(problem).not.toContain("hunter2");
  });

  test("a file that is too long is not read", () => {
    expect(problemsOf("\n".repeat(3000))[0]).toContain("too long");
  });
});

test("everything that is right is taken", () => {
  const file = parseConfigFile(
    "f.toml",
    `
[server]
listen = "127.0.0.1"
cors_origins = ["https://a.example", "http://b.example:8080"]
trusted_proxies = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"]
external_url = "https://camera.example/gate"
[webrtc]
ice_servers = ["stun:stun.example:3478", "turn:turn.example?transport=udp"]
nat_addresses = ["203.0.113.7"]
[[light]]
driver = "gpio"
chip = "/dev/gpiochip0"
line = 17
[[ptz]]
driver = "pelco-d"
port = "/dev/ttyUSB0"
address = 1
[[rotor]]
driver = "command"
command = ["/usr/local/bin/turn", "{speed}"]
`,
  );
  expect(file.problems).toEqual([]);
  expect(file.values.find((one) => one.key === "listen")?.value).toEqual(["127.0.0.1"]);
  expect(file.values).toHaveLength(6);
  expect(file.lights).toEqual([{ driver: "gpio", camera: 1, chip: "/dev/gpiochip0", line: 17, active_low: false }]);
  expect(file.ptz).toEqual([{ driver: "pelco-d", camera: 1, port: "/dev/ttyUSB0", address: 1, baud: 9600 }]);
  expect(file.rotors).toHaveLength(1);
});

test.each([
  ["server.cors_origins", "[server]\ncors_origins = ['https://a.example/path']"],
  ["server.trusted_proxies", "[server]\ntrusted_proxies = ['10.0.0.0/33']"],
  ["server.external_url", "[server]\nexternal_url = 'https://user:pw@camera.example'"],
  ["server.hosts", "[server]\nhosts = ['a b']"],
  ["server.client_ca", "[server]\nclient_ca = 'relative.pem'"],
  ["webrtc.ice_servers", "[webrtc]\nice_servers = ['http://x']"],
  ["multicast.ttl", "[multicast]\nttl = 0"],
])("%s refuses what it cannot be", (key, text) => {
  expect(problemsOf(text)[0]).toContain(`${key} cannot be`);
});
