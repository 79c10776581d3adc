import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { workshop } from "../shared/workshop.testing.ts";

const opened: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

/** A service on a port that the system chooses. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  opened.push(
    () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/health`;
}

const QUICK = ["--samples", "5", "--every", "1"];
const good: RequestListener = (_request, response) => void response.end('{"state":"operational"}');

describe("service-health", () => {
  test("says the state, and percentiles of what was measured", async () => {
    const url = await serving(good);
    const { outcome, summary, evidence } = await workshop().attempt("service-health", {
      args: [...QUICK, "--url", url, "--expect", "state=operational"],
    });
    expect([outcome, summary]).toEqual(["done", `${url} is operational: 5 of 5 answers were good`]);
    expect(evidence).toMatchObject({ service_health: "operational", health_samples: "5", health_error_rate: "0%" });
    const [p50 = -1, p95 = -1, p99 = -1] = ["p50", "p95", "p99"].map((name) => {
      expect(evidence[`health_${name}`]).toMatch(/^\d+(\.\d)?ms$/);
      return Number.parseFloat(evidence[`health_${name}`] ?? "");
    });
    expect(p50 >= 0 && p50 <= p95 && p95 <= p99).toBe(true);
  });

  test("takes the address from the environment", async () => {
    const { exit, metrics } = await workshop().check("service-health", QUICK, { SERVICE_URL: await serving(good) });
    expect([exit, metrics["service_health"]]).toEqual([0, "operational"]);
  });

  test("calls a service that answers only at times degraded", async () => {
    let count = 0;
    const url = await serving((_request, response) => {
      count += 1;
      response.statusCode = count === 2 ? 503 : 200;
      response.end();
    });
    const { exit, metrics, stderr } = await workshop().check("service-health", [...QUICK, "--url", url]);
    expect([exit, metrics]).toMatchObject([1, { service_health: "degraded", health_error_rate: "20%" }]);
    expect(stderr).toContain("1 of 5: status 503 instead of 200");
  });

  test.each([
    ["says something else", '{"state":"full"}', 'state is "full" instead of operational'],
    ["says nothing that can be read", "fine", "not JSON"],
  ])("is down when the service %s, and has no percentile then", async (_what, body, says) => {
    const url = await serving((_request, response) => void response.end(body));
    const { exit, metrics, stderr } = await workshop().check("service-health", [
      ...QUICK,
      "--url",
      url,
      "--expect",
      "state=operational",
    ]);
    expect([exit, metrics]).toEqual([1, { service_health: "down", health_samples: "5", health_error_rate: "100%" }]);
    expect(stderr).toContain(says);
  });

  test("is down when nobody listens or answers in time", async () => {
    const silent = await serving(() => undefined);
    const late = await workshop().check("service-health", ["--samples", "1", "--timeout", "50", "--url", silent]);
    expect([late.metrics["service_health"], late.stderr]).toEqual(["down", expect.stringContaining("within 50 ms")]);
    const closed = await serving(good);
    for (const close of opened.splice(0)) await close();
    const gone = await workshop().check("service-health", ["--samples", "1", "--url", closed]);
    expect([gone.metrics["service_health"], gone.stderr]).toEqual(["down", expect.stringContaining("ECONNREFUSED")]);
  });

  test.each([
    [[], 2, "which service?"],
    [["--url", "ftp://x"], 64, "must begin with"],
    [["--url", "http://127.0.0.1", "--samples", "0"], 64, "--samples"],
    [["--url", "http://127.0.0.1", "--expect", "state"], 64, "KEY=VALUE"],
  ])("refuses %j", async (args, code, says) => {
    const { exit, stdout, stderr } = await workshop().check("service-health", args);
    expect([exit, stdout, stderr]).toEqual([code, "", expect.stringContaining(says)]);
  });
});
