import { expect, test } from "bun:test";
import {
  DEFAULT_RULE,
  DISCOVERY,
  readDiscoveryQuestion,
  writeDiscoveryMessage,
} from "../../../src/soap/discovery-message.ts";
import { readXml } from "../../../src/soap/xml-reader.ts";
import { question } from "../../support/discovery-peer.ts";

const VIDEO = `{${DISCOVERY.dn}}NetworkVideoTransmitter`;

test("a Probe is read whatever its prefixes are", () => {
  const ours = question("Probe", "<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>", "urn:uuid:1");
  expect(readDiscoveryQuestion(ours)).toEqual({
    kind: "Probe",
    messageId: "urn:uuid:1",
    types: [VIDEO, `{${DISCOVERY.tds}}Device`],
    scopes: [],
    matchBy: DEFAULT_RULE,
  });
  // as npm's onvif writes it
  const npm = `<Envelope xmlns="${DISCOVERY.env}" xmlns:dn="${DISCOVERY.dn}"><Header><wsa:MessageID xmlns:wsa="${DISCOVERY.wsa}">urn:uuid:2</wsa:MessageID><wsa:Action xmlns:wsa="${DISCOVERY.wsa}">${DISCOVERY.d}/Probe</wsa:Action></Header><Body><Probe xmlns="${DISCOVERY.d}"><Types>dn:NetworkVideoTransmitter</Types><Scopes MatchBy="a">x y</Scopes></Probe></Body></Envelope>`;
  expect(readDiscoveryQuestion(npm)).toMatchObject({ types: [VIDEO], scopes: ["x", "y"], matchBy: "a" });
});

test("types of undeclared prefixes are nobody's, but the two that everybody uses", () => {
  const typed = (types: string) => {
    const text = question("Probe", `<d:Types>${types}</d:Types>`).replace(/ xmlns:dn="[^"]*"/, "");
    const read = readDiscoveryQuestion(text);
    return read?.kind === "Probe" ? read.types : [];
  };
  expect(typed("dn:NetworkVideoTransmitter")).toEqual([VIDEO]);
  expect(typed("x:NetworkVideoTransmitter")).toEqual([undefined]);
  expect(typed("NetworkVideoTransmitter")).toEqual([undefined]);
});

test("a Resolve names one endpoint; other messages are no questions", () => {
  const content = "<a:EndpointReference><a:Address>urn:uuid:9</a:Address></a:EndpointReference>";
  expect(readDiscoveryQuestion(question("Resolve", content))).toMatchObject({
    kind: "Resolve",
    endpoint: "urn:uuid:9",
  });
  const hello = writeDiscoveryMessage({ kind: "Hello", target, messageId: "urn:uuid:3", instance: 1, number: 1 });
  for (const text of [hello, "<a/>", question("Probe").replaceAll("s:Body", "s:Corpse")])
    expect(readDiscoveryQuestion(text)).toBeUndefined();
});

test("what is too long, too much or contradicts itself is refused", () => {
  const scopes = (text: string) => question("Probe", `<d:Scopes>${text}</d:Scopes>`);
  for (const text of [
    question("Probe", "", ""),
    question("Probe", "", "x".repeat(300)),
    scopes("s ".repeat(33)),
    scopes("s".repeat(1100)),
    question("Probe").replace("discovery/Probe", "discovery/Resolve"),
    "<!DOCTYPE a><a/>",
    "<",
  ])
    expect(() => readDiscoveryQuestion(text)).toThrow();
});

const target = {
  endpoint: "urn:uuid:7",
  scopes: ["onvif://www.onvif.org/name/a&b", "x:y"],
  xAddrs: ["http://192.0.2.1/onvif/device_service", "http://[2001:db8::1]/onvif/device_service"],
  metadataVersion: 4,
};

test("answers are addressed, escaped and in the order of the schema", () => {
  const text = writeDiscoveryMessage({
    kind: "ProbeMatches",
    target,
    messageId: "urn:uuid:3",
    relatesTo: "urn:uuid:<2>",
    instance: 5,
    number: 6,
  });
  const [header, body] = readXml(text).children;
  expect(header?.children.map(({ name, text: value }) => [name, value])).toEqual([
    ["MessageID", "urn:uuid:3"],
    ["RelatesTo", "urn:uuid:<2>"],
    ["To", `${DISCOVERY.wsa}/role/anonymous`],
    ["Action", `${DISCOVERY.d}/ProbeMatches`],
    ["AppSequence", ""],
  ]);
  expect(header?.children[4]?.attributes).toEqual(
    new Map([
      ["InstanceId", "5"],
      ["MessageNumber", "6"],
    ]),
  );
  const match = body?.children[0]?.children[0];
  expect([body?.children[0]?.name, match?.name]).toEqual(["ProbeMatches", "ProbeMatch"]);
  expect(match?.children.map(({ name, text: value }) => [name, value])).toEqual([
    ["EndpointReference", ""],
    ["Types", "dn:NetworkVideoTransmitter tds:Device"],
    ["Scopes", target.scopes.join(" ")],
    ["XAddrs", target.xAddrs.join(" ")],
    ["MetadataVersion", "4"],
  ]);
});

test("Hello and Bye go to the group; Bye tells who leaves and nothing else", () => {
  const said = (kind: "Hello" | "Bye") => {
    const [header, body] = readXml(
      writeDiscoveryMessage({ kind, target, messageId: "m", instance: 1, number: 1 }),
    ).children;
    return { to: header?.children[1]?.text, parts: body?.children[0]?.children.map(({ name }) => name) };
  };
  const to = "urn:schemas-xmlsoap-org:ws:2005:04:discovery";
  expect(said("Hello")).toEqual({ to, parts: ["EndpointReference", "Types", "Scopes", "XAddrs", "MetadataVersion"] });
  expect(said("Bye")).toEqual({ to, parts: ["EndpointReference"] });
});
