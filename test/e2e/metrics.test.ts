import { afterAll, beforeAll, describe, expect } from "bun:test";
import { testWith } from "../support/conditional-tests.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";

const LOGIN = `Basic ${btoa("admin:correct horse battery")}`;
/** Prints what Prometheus' own Python library reads: one sample a line. */
const READ = `
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for sample in family.samples:
        print(family.type, sample.name, sorted(sample.labels.items()), sample.value)
`;

let server: TestServer;
beforeAll(async () => {
  server = await startServer(["--admin-password", "correct horse battery", "--anonymous", "guest"]);
});
afterAll(() => server.stop());

describe("/metrics", () => {
  testWith("prometheus")("is what Prometheus reads, to those who may see the system", async () => {
    expect((await fetch(`${server.http}/metrics`)).status).toBe(401);
    await fetch(`${server.http}/api/nothing/${"x".repeat(50)}`);
    await fetch(`${server.http}/api/v1/info`);
    const scrape = () => fetch(`${server.http}/metrics`, { headers: { Authorization: LOGIN } });
    const shows = async (sample: string) => (await (await scrape()).text()).includes(sample);
    await until(() => shows('rotordream_camera_online{camera="cam1"} 1'));
    await until(async () => !(await shows('frames_encoded_total{stream="stream1"} 0')));
    const answer = await scrape();
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const reader = Bun.spawn(["/usr/bin/python3", "-c", READ], {
      stdin: new Blob([await answer.text()]),
      stdout: "pipe",
      stderr: "inherit",
    });
    const read = await new Response(reader.stdout).text();
    expect(await reader.exited).toBe(0);
    for (const line of [
      /^gauge rotordream_camera_online \[\('camera', 'cam1'\)\] 1\.0$/m,
      /^counter rotordream_stream_frames_encoded_total \[\('stream', 'stream1'\)\] [1-9]/m,
      /^gauge rotordream_stream_fps \[\('stream', 'stream2'\)\]/m,
      /^counter process_cpu_seconds_total \[\] 0\.\d/m,
      /^gauge process_resident_memory_bytes \[\] \d{7,}/m,
      /^gauge rotordream_storage_free_bytes \[\] [1-9]/m,
      /^histogram rotordream_http_request_duration_seconds_count .*\('method', 'GET'\), \('route', '\/api\/info'\), \('status', '200'\)\] 1\.0$/m,
      /^histogram rotordream_http_request_duration_seconds_count .*\('route', '\/api\/\*'\), \('status', '404'\)\] 1\.0$/m,
    ])
      expect(read).toMatch(line);
  });
});
