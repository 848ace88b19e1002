import type { ClockDescription, DeviceDescription, NetworkDescription } from "../../../modules/system/model.ts";
import { useFormats, usePage, useText } from "../../app/page.ts";
import { CopyField } from "./copy-field.tsx";
import { Badge, Card, Facts } from "./facts.tsx";
import { LoadedPart, useLoaded } from "./loading.tsx";

/** Where the device is in the network, and what time it is there. */
export function NetworkPage() {
  const { session } = usePage();
  const text = useText().system.network;
  return (
    <>
      <div class="cards">
        <ClockCard />
        <PortsCard />
      </div>
      {session.may("Network_r") ? <Interfaces /> : <p class="soft">{text.needs("Network_r")}</p>}
    </>
  );
}

function ClockCard() {
  const text = useText().system.network;
  const formats = useFormats();
  const clock = useLoaded<ClockDescription & { readonly askedMs: number }>(async (http) => ({
    ...(await http.get<ClockDescription>("/api/system/time")),
    askedMs: Date.now(),
  }));
  const tones = { yes: "good", no: "caution", unknown: "plain" } as const;
  return (
    <LoadedPart of={clock}>
      {({ time, timezone, source, synchronized, askedMs }) => (
        <Card title={text.clock} actions={<Badge tone={tones[synchronized]}>{text.synchronized[synchronized]}</Badge>}>
          <Facts
            facts={[
              [
                text.time,
                <span class="figures" key="time">
                  {formats.dateTime(time)}
                </span>,
              ],
              [text.zone, timezone],
              [text.source, source === "unknown" ? text.noSource : source],
              [text.difference, text.seconds(formats.number(Math.round((time - askedMs) / 100) / 10 || 0, 1))],
            ]}
          />
          {synchronized === "no" && <p class="soft">{text.notSynchronized}</p>}
        </Card>
      )}
    </LoadedPart>
  );
}

function PortsCard() {
  const text = useText().system.network;
  const device = useLoaded<DeviceDescription>((http) => http.get("/api/info"));
  return (
    <Card title={text.services}>
      <LoadedPart of={device}>
        {({ ports }) => (
          <Facts
            facts={Object.entries(ports).map(([name, port]) => [
              name.toUpperCase(),
              port === 0 ? text.off : <span class="figures">{text.port(port)}</span>,
            ])}
          />
        )}
      </LoadedPart>
      <CopyField label="ONVIF" value={`${location.origin}/onvif/device_service`} />
      <p class="soft">{text.portsAbout}</p>
    </Card>
  );
}

function Interfaces() {
  const text = useText().system.network;
  const network = useLoaded<NetworkDescription>((http) => http.get("/api/network"));
  return (
    <LoadedPart of={network}>
      {({ hostname, interfaces, gateways, dns }) => (
        <div class="cards">
          <Card title={text.names}>
            <Facts
              facts={[
                [text.hostname, hostname],
                [text.gateways, gateways.map(({ address, interface: name }) => `${address} (${name})`).join(", ")],
                [text.dns, dns.servers.join(", ")],
                [text.search, dns.search.join(", ")],
              ]}
            />
            <p class="soft">{text.readOnly}</p>
          </Card>
          {interfaces.map(({ name, mac, state, addresses }) => (
            <Card key={name} title={name} actions={<Badge tone={state === "up" ? "good" : "plain"}>{state}</Badge>}>
              <Facts
                facts={[
                  [
                    "MAC",
                    <span class="figures" key="mac">
                      {mac}
                    </span>,
                  ],
                  ...addresses.map(
                    ({ address, prefix, family }) =>
                      [
                        family === "ipv4" ? "IPv4" : "IPv6",
                        <span class="figures" key={address}>{`${address}/${prefix}`}</span>,
                      ] as const,
                  ),
                ]}
              />
            </Card>
          ))}
        </div>
      )}
    </LoadedPart>
  );
}
