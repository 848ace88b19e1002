import {
  ABSOLUTE_PATH,
  ANY_TEXT,
  CIDR,
  choice,
  HOST_NAME,
  ICE_SERVER,
  IP_ADDRESS,
  LISTEN_ADDRESS,
  list,
  MULTICAST_GROUP,
  optionalText,
  port,
  text,
  toggle,
  WEB_ORIGIN,
  WEB_URL,
  whole,
} from "./key-kinds.ts";

/** Highest value of a limit: beyond any device, small enough to multiply safely. */
const MAX_LIMIT = 1_000_000;
const MAX_BYTES = Number.MAX_SAFE_INTEGER;
const GIB = 2 ** 30;
const HOUR_S = 3600;

const limit = (initial: number) => whole(0, MAX_LIMIT, initial, { apply: "live" });

/**
 * Every key of `rotordream.toml` that stands in a plain section, by its name in the file: the one declaration that the file, the
 * environment (`ROTORDREAM_SECTION_KEY`), the flags, the errors and `ServerConfig` follow. Contract: config-cli.md.
 */
export const SECTIONS = {
  server: {
    listen: list(LISTEN_ADDRESS, ["0.0.0.0", "::"], { flag: "--listen" }),
    http_port: port(80, "--http-port"),
    https_port: port(443, "--https-port"),
    rtsp_port: port(554, "--rtsp-port"),
    rtsps_port: port(322, "--rtsps-port"),
    webrtc_port: port(8189, "--webrtc-port"),
    require_tls: toggle(false, { apply: "live" }),
    https_redirect: toggle(false, { apply: "live" }),
    hsts: toggle(false, { apply: "live" }),
    client_ca: optionalText(ABSOLUTE_PATH),
    cors_origins: list(WEB_ORIGIN, [], { apply: "live" }),
    hosts: list(HOST_NAME, [], { apply: "live" }),
    trusted_proxies: list(CIDR, [], { apply: "live" }),
    external_url: optionalText(WEB_URL, { apply: "live" }),
  },
  auth: {
    anonymous: choice(["guest", "viewer"], "guest", { apply: "live", flag: "--anonymous" }),
    admin_password: optionalText(ANY_TEXT, { secret: true, flag: "--admin-password" }),
    /** Seconds that the token of a login lives. */
    token_lifetime: whole(60, 365 * 24 * HOUR_S, 12 * HOUR_S, { apply: "live" }),
    digest_sha256_everywhere: toggle(false, { apply: "live" }),
  },
  /** 0 turns a limit off. Contract: auth.md, "Limits". */
  limits: {
    api_per_minute: limit(100),
    media_per_second: limit(20),
    onvif_per_minute: limit(600),
    ws_messages_per_second: limit(100),
    ws_connections: limit(64),
    rtsp_sessions: limit(10),
    webrtc_viewers: limit(10),
    mjpeg_viewers: limit(5),
    login_failures: limit(5),
  },
  rtsp: {
    /** At most what a 1500-byte Ethernet frame holds beside the IPv6, UDP and RTP headers. */
    payload_bytes: whole(500, 1440, 1400),
    fast_start: toggle(false, { apply: "live" }),
    close_on_resolution_change: toggle(false, { apply: "live" }),
  },
  recording: {
    min_free_bytes: whole(0, MAX_BYTES, GIB, { apply: "live" }),
    min_free_percent: whole(0, 100, 5, { apply: "live" }),
    split_minutes: whole(1, 24 * 60, 60, { apply: "live" }),
  },
  /** 0 days or bytes: kept without end. */
  retention: {
    days: whole(0, 36_500, 0, { apply: "live" }),
    bytes: whole(0, MAX_BYTES, 0, { apply: "live" }),
    overwrite: toggle(false, { apply: "live" }),
    delete_tagged: toggle(false, { apply: "live" }),
  },
  webrtc: {
    ice_servers: list(ICE_SERVER, []),
    nat_addresses: list(IP_ADDRESS, []),
    interfaces: list(ANY_TEXT, []),
    turn_secret: optionalText(ANY_TEXT, { secret: true }),
  },
  multicast: {
    group: text(MULTICAST_GROUP, "239.255.42.42"),
    ttl: whole(1, 255, 1),
  },
  onvif: {
    manage_host: toggle(false),
  },
} as const;

/** The name of a plain section. */
export type SectionName = keyof typeof SECTIONS;
