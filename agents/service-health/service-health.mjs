/** Agent `service-health`: asks a service for its state over HTTP, several times, and says how long the answers took. */
import { setTimeout as pause } from "node:timers/promises";
import { agent, numberOption, WrongCall } from "../shared/agent.mjs";

/** Longest answer that is read, bytes. */
const LARGEST = 1 << 20;

await agent({
  name: "service-health",
  about: "Probes a service over HTTP: state, error rate and latency percentiles over a number of samples.",
  options: {
    url: { type: "string", value: "URL", about: "what is asked; default: SERVICE_URL" },
    samples: { type: "string", default: "20", value: "COUNT", about: "how often" },
    every: { type: "string", default: "50", value: "MS", about: "pause between two samples" },
    timeout: { type: "string", default: "2000", value: "MS", about: "longest time for one answer" },
    status: { type: "string", default: "200", value: "CODE", about: "the status that a good answer has" },
    expect: { type: "string", value: "KEY=VALUE", about: "what a good answer says, in the object that it holds" },
  },
  health: ({ url }) => void addressOf(url),
  async work({ options, progress, evidence, log }) {
    const address = addressOf(options.url);
    const samples = numberOption(options, "samples", { least: 1, most: 100_000 });
    const [every, timeoutMs] = [numberOption(options, "every"), numberOption(options, "timeout", { least: 1 })];
    const status = numberOption(options, "status", { least: 100, most: 599 });
    const expected = expectationOf(options.expect);
    const times = [];
    const faults = new Map();
    for (let index = 0; index < samples; index += 1) {
      if (index > 0) await pause(every);
      if (index % Math.ceil(samples / 10) === 0) progress(index / samples, `sample ${index + 1} of ${samples}`);
      const { fault, ms } = await probe(address, { timeoutMs, status, expected });
      if (fault === null) times.push(ms);
      else faults.set(fault, (faults.get(fault) ?? 0) + 1);
    }
    for (const [fault, count] of faults) log(`${count} of ${samples}: ${fault}`, "warn");
    const state = faults.size === 0 ? "operational" : times.length > 0 ? "degraded" : "down";
    evidence("service_health", state);
    evidence("health_samples", samples);
    evidence("health_error_rate", Number(((100 * (samples - times.length)) / samples).toFixed(2)), "%");
    // Of good answers only; without one there is no percentile, and no number.
    for (const share of times.length === 0 ? [] : [50, 95, 99])
      evidence(`health_p${share}`, Number(percentile(times, share / 100).toFixed(1)), "ms");
    return {
      ok: state === "operational",
      summary: `${address} is ${state}: ${times.length} of ${samples} answers were good`,
    };
  },
});

function addressOf(url = process.env.SERVICE_URL) {
  if (!url) throw new Error("which service? Give --url, or SERVICE_URL");
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new WrongCall(`--url must begin with http:// or https://, not ${url}`);
  return url;
}

function expectationOf(text) {
  if (text === undefined) return null;
  const at = text.indexOf("=");
  if (at < 1) throw new WrongCall("--expect must be KEY=VALUE, such as state=operational");
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}

/** One question; `fault` is null when the answer was good. */
async function probe(address, { timeoutMs, status, expected }) {
  const started = performance.now();
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    const body = await response.text();
    const ms = performance.now() - started;
    if (response.status !== status) return { fault: `status ${response.status} instead of ${status}`, ms };
    if (body.length > LARGEST) return { fault: "the answer is too long", ms };
    const says = expected && JSON.parse(body)?.[expected.key];
    const isGood = expected === null || String(says) === expected.value;
    return { fault: isGood ? null : `${expected.key} is ${JSON.stringify(says)} instead of ${expected.value}`, ms };
  } catch (error) {
    if (error.name === "TimeoutError") return { fault: `no answer within ${timeoutMs} ms`, ms: 0 };
    if (error instanceof SyntaxError) return { fault: "the answer is not JSON", ms: 0 };
    return { fault: `no answer (${error.cause?.code ?? error.message})`, ms: 0 };
  }
}

/** Nearest rank: a value that was measured, never one between two. */
function percentile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1];
}
