/** Check `load`: a bounded load on a service of its own, as load/profile.json says. Prints metric lines. */
import { Agent, request as httpRequest } from "node:http";
import { withService } from "./running-service.mjs";
import { settingsFrom } from "./settings.mjs";

/** The load ends after this many milliseconds, done or not; what was not sent counts as failed. */
const LIMIT_MS = 6_000;

const profile = settingsFrom("load/profile.json");
const times = [];
let failed = 0;

await withService(async ({ port }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: profile.connections });
  const codes = [];
  await drive(profile.warmup, (index) => create(agent, port, index, codes));
  times.length = 0;
  failed = 0;

  const started = performance.now();
  const deadline = started + LIMIT_MS;
  await drive(profile.requests, (index) => {
    if (performance.now() > deadline) return notSent();
    if (index % profile.createEvery === 0) return create(agent, port, index, codes);
    return timed(agent, port, "GET", `/${codes[index % codes.length] ?? "none"}`, 302);
  });
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();

  process.stdout.write(`load_requests=${profile.requests}\n`);
  process.stdout.write(`load_p95=${percentile(times, 0.95).toFixed(1)}ms\n`);
  process.stdout.write(`load_error_rate=${((100 * failed) / profile.requests).toFixed(2)}%\n`);
  process.stdout.write(`load_rate=${Math.floor(profile.requests / seconds)}rps\n`);
});
if (failed > 0) process.stderr.write(`${failed} of ${profile.requests} requests were not answered as they should be\n`);

/** Calls `send` for 0, 1, … count - 1, with as many calls at once as the profile has connections. */
async function drive(count, send) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await send(index);
    }
  };
  await Promise.all(Array.from({ length: profile.connections }, lane));
}

async function create(agent, port, index, codes) {
  const headers = { "x-client": `client-${index % profile.clients}` };
  const body = await timed(agent, port, "POST", "/links", 201, headers, { url: `https://example.org/${index}` });
  if (body) codes.push(JSON.parse(body).code);
}

function notSent() {
  failed += 1;
  return null;
}

/** Sends one request and notes how long it took; resolves to the body, or to null when the answer was not as expected. */
function timed(agent, port, method, path, expected, headers = {}, payload = null) {
  return new Promise((resolve) => {
    const sent = performance.now();
    const fail = () => {
      failed += 1;
      resolve(null);
    };
    const outgoing = httpRequest(
      { agent, host: "127.0.0.1", port, method, path, headers, timeout: 5_000 },
      (incoming) => {
        let body = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk) => {
          body += chunk;
        });
        incoming.on("error", fail);
        incoming.on("end", () => {
          times.push(performance.now() - sent);
          if (incoming.statusCode === expected) resolve(body);
          else fail();
        });
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    outgoing.on("error", fail);
    outgoing.end(payload === null ? undefined : JSON.stringify(payload));
  });
}

/** Nearest rank: a value that was measured, never one between two. Without a sample there is no percentile. */
function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
