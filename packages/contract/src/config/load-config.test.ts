import { HoldpointError } from "@holdpoint/core";
import { describe, expect, test } from "vitest";
import { type ConfigSources, loadConfig, readSetting } from "./load-config.ts";
import { SETTINGS, settings } from "./settings.ts";

function sources(text: string | null, more: Partial<ConfigSources> = {}): ConfigSources {
  return { file: text === null ? null : { name: "holdpoint.config.yaml", text }, env: {}, flags: {}, ...more };
}

function refused(given: ConfigSources): HoldpointError {
  try {
    loadConfig(given);
  } catch (error) {
    if (error instanceof HoldpointError) return error;
  }
  throw new Error("it was not refused");
}

describe("the configuration", () => {
  test("has a default that fits for every setting that has one", () => {
    const config = loadConfig(sources(null));
    expect(config.get(settings.port)).toBe(5005);
    expect(config.get(settings.drainTimeout)).toBe(10_000);
    expect(config.get(settings.bodyLimit)).toBe(1024 * 1024);
    expect(config.get(settings.trustedHosts)).toEqual([]);
    expect(config.get(settings.databaseUrl)).toBeNull();
    expect(config.get(settings.retentionEvents)).toBe(90 * 86_400_000);
    expect(config.explain().every(({ source, place }) => source === "default" && place === null)).toBe(true);
  });

  test("takes file, then environment, then options, and says where each value is from", () => {
    const text = "# ours\nport: 6000\ndrain-timeout: 20s\nlog-level: debug\ntrusted-hosts: [a.example, b.example]\n";
    const config = loadConfig(
      sources(text, {
        env: { HOLDPOINT_DRAIN_TIMEOUT: "30s", HOLDPOINT_LOG_LEVEL: "warn" },
        flags: { "log-level": "error" },
      }),
    );
    expect(config.get(settings.port)).toBe(6000);
    expect(config.get(settings.drainTimeout)).toBe(30_000);
    expect(config.get(settings.logLevel)).toBe("error");
    expect(config.get(settings.trustedHosts)).toEqual(["a.example", "b.example"]);
    const told = new Map(config.explain().map(({ name, source, place }) => [name, [source, place]]));
    expect(told.get("port")).toEqual(["file", "holdpoint.config.yaml:2"]);
    expect(told.get("drain-timeout")).toEqual(["env", "HOLDPOINT_DRAIN_TIMEOUT"]);
    expect(told.get("log-level")).toEqual(["flag", "--log-level"]);
    expect(told.get("host")).toEqual(["default", null]);
  });

  test("keeps something for a time or for ever", () => {
    const kept = (value: string): number | null =>
      loadConfig(sources(null, { flags: { "retention-events": value } })).get(settings.retentionEvents);
    expect([kept("2w"), kept("forever")]).toEqual([14 * 86_400_000, Number.POSITIVE_INFINITY]);
  });

  test("refuses a key that is not known, with file and line", () => {
    const error = refused(sources("port: 1\nprot: 2\n"));
    expect([error.code, error.place]).toEqual(["HP8102", { file: "holdpoint.config.yaml", line: 2 }]);
    expect(error.message).toContain("prot");
  });

  test("refuses what is no YAML, and a value of another kind", () => {
    expect(refused(sources("port: [\n")).code).toBe("HP8101");
    expect(refused(sources("port: {a: 1}\n")).code).toBe("HP8103");
  });

  test.each([
    ["port", "65536", "a whole number from 0 to 65535"],
    ["port", "many", "a whole number"],
    ["drain-timeout", "10", "a duration with its unit"],
    ["drain-timeout", "2h", "from 1ms to 10min"],
    ["retention-events", "12h", "forever, or a duration with its unit (ms, s, min, h, d, w) from 1d"],
    ["retention-events", "always", "forever, or a duration"],
    ["body-limit", "10", "a size with its unit"],
    ["body-limit", "1GiB", "to 64MiB"],
    ["rate-limit", "100", "a rate such as 100/s"],
    ["rate-limit", "0/s", "a rate such as 100/s"],
    ["log-level", "loud", "one of silent, error"],
    ["open-metrics", "yes", "true or false"],
    ["database-url", "mysql://a/b", "postgres://"],
    ["database-url", "postgres://", "postgres://"],
    ["redis-url", "redis://ann@/0", "redis://"],
    ["trusted-hosts", "a.example,b c", "a host name; several"],
    ["callback-allow", "10.0.0.0/8,http://a", "a network such as 10.0.0.0/8"],
    ["callback-timeout", "2min", "to 1min"],
    ["data-dir", "a\nb", "a path"],
  ])("refuses %s %s, and says what it takes", (name, value, expected) => {
    const error = refused(sources(null, { flags: { [name]: value } }));
    expect([error.code, error.place]).toEqual(["HP8103", { field: `--${name}` }]);
    expect(error.remedy).toContain(expected);
  });

  test("names file and line of a value that does not fit", () => {
    const error = refused(sources("\nport: 70000\n"));
    expect(error.place).toEqual({ file: "holdpoint.config.yaml", line: 2 });
  });

  test("reads rates as per second, and sizes as bytes", () => {
    const config = loadConfig(sources("rate-limit: 600/min\nbody-limit: 1.5MiB\n"));
    expect([config.get(settings.rateLimit), config.get(settings.bodyLimit)]).toEqual([10, 1_572_864]);
  });

  test("reads names, addresses and networks that callbacks may go to", () => {
    const config = loadConfig(sources("callback-allow: [hooks.internal, 10.0.0.1, 10.2.0.0/16, ::1, fd00::/8]\n"));
    expect(config.get(settings.callbackAllow)).toHaveLength(5);
    expect([config.get(settings.callbackTimeout), config.get(settings.callbackGiveUp)]).toEqual([10_000, 86_400_000]);
  });

  test("takes an address of a socket, with and without a user", () => {
    for (const url of [
      "socket://ann:hunter2@/run/pg?db=holdpoint",
      "socket:///run/pg?db=holdpoint",
      "postgres://ann@/holdpoint?host=/run/pg",
    ]) {
      const config = loadConfig(sources(null, { env: { DATABASE_URL: url } }));
      expect(config.get(settings.databaseUrl)).toBe(url);
    }
  });

  test("shows no password, in what it explains or refuses", () => {
    const url = "postgres://ann:hunter2@db.example/holdpoint";
    const config = loadConfig(sources(null, { env: { DATABASE_URL: url } }));
    expect(config.get(settings.databaseUrl)).toBe(url);
    expect(JSON.stringify(config.explain())).not.toContain("hunter2");
    expect(JSON.stringify(config.explain())).toContain("db.example/holdpoint");
    const error = refused(sources(null, { flags: { "database-url": "hunter2" } }));
    expect(error.message).not.toContain("hunter2");
  });

  test("shows no password of a receiver of traces either", () => {
    const endpoint = "https://ann:hunter2@traces.example:4318";
    const config = loadConfig(sources(null, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } }));
    expect(config.get(settings.otlpEndpoint)).toBe(endpoint);
    const shown = config.explain().find(({ name }) => name === "otlp-endpoint");
    expect(shown?.value).toBe("https://[hidden]@traces.example:4318");
    const error = refused(sources(null, { flags: { "otlp-endpoint": "ann:hunter2@traces.example" } }));
    expect(JSON.stringify([error.message, error.remedy])).not.toContain("hunter2");
  });

  test("reads one setting by itself, and refuses it as among others", () => {
    const from = { source: "env", place: "OTEL_EXPORTER_OTLP_ENDPOINT" } as const;
    const read = (text: string): string => readSetting(settings.otlpEndpoint, { text, ...from });
    expect(read("http://localhost:4318")).toBe("http://localhost:4318");
    expect(() => read("localhost:4318")).toThrow(
      expect.objectContaining({ code: "HP8103", place: { field: "OTEL_EXPORTER_OTLP_ENDPOINT" } }),
    );
  });

  test("takes an empty variable and an empty file for none", () => {
    const config = loadConfig(sources("# nothing yet\n", { env: { HOLDPOINT_PORT: "" } }));
    expect(config.get(settings.port)).toBe(5005);
  });

  test("has names, variables and options that are unique", () => {
    for (const part of [SETTINGS.map(({ name }) => name), SETTINGS.map(({ env }) => env)]) {
      expect(new Set(part).size).toBe(part.length);
    }
    const wrong = SETTINGS.filter(({ standard, kind }) => standard !== null && kind.read(standard) === null);
    expect(wrong).toEqual([]);
  });
});
