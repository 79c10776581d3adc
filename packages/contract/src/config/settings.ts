import {
  address,
  choice,
  duration,
  keptFor,
  line,
  list,
  postgresAddress,
  rate,
  size,
  type ValueKind,
  wholeNumber,
  yesOrNo,
} from "./value-kinds.ts";

/** One setting of the server: the same entry makes the option, the variable, the key of the file and the reference. */
export interface Setting<T = unknown> {
  /** Key in `holdpoint.config.yaml`; the option is `--` and this. */
  readonly name: string;
  /** Environment variable. */
  readonly env: string;
  readonly kind: ValueKind<T>;
  /** As it would be written; null when there is none. */
  readonly standard: string | null;
  /** What it does, one line. */
  readonly about: string;
  /** Holds a password: never shown whole. */
  readonly isSecret: boolean;
}

interface Written<T> {
  readonly kind: ValueKind<T>;
  readonly standard: string | null;
  readonly about: string;
  /** Where the variable has a name that other programs use too. */
  readonly env?: string;
  readonly isSecret?: true;
}

function setting<T>(name: string, { kind, standard, about, env, isSecret }: Written<T>): Setting<T> {
  const usual = `HOLDPOINT_${name.toUpperCase().replaceAll("-", "_")}`;
  return { name, env: env ?? usual, kind, standard, about, isSecret: isSecret === true };
}

const hostName = /^(?:[A-Za-z0-9.-]+|\[?[0-9A-Fa-f:]+\]?)(?::\d{1,5})?$/;

const reachable =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:\/\d{1,3})?)$/;

/** Every setting, by the name that code uses. */
export const settings = {
  host: setting("host", {
    kind: line("a host name or address", hostName),
    standard: "127.0.0.1",
    about: "Address to listen on. Anything but the loopback makes the server reachable for others.",
  }),
  port: setting("port", {
    kind: wholeNumber(0, 65_535),
    standard: "5005",
    about: "Port to listen on; 0 takes any that is free.",
  }),
  trustedHosts: setting("trusted-hosts", {
    kind: list(line("a host name", hostName)),
    standard: "",
    about: "Names under which callers may address the server, besides the one that it listens on.",
  }),
  databaseUrl: setting("database-url", {
    kind: postgresAddress(),
    standard: null,
    env: "DATABASE_URL",
    isSecret: true,
    about: "PostgreSQL server, version 15 or later. Without one, an embedded one in the data folder.",
  }),
  redisUrl: setting("redis-url", {
    kind: address("redis", "rediss"),
    standard: null,
    env: "REDIS_URL",
    isSecret: true,
    about: "Redis for limits that replicas share. Without one, each replica counts for itself, in memory.",
  }),
  databasePool: setting("database-pool", {
    kind: wholeNumber(2, 500),
    standard: "8",
    about: "Connections to the database at most.",
  }),
  readTimeout: setting("read-timeout", {
    kind: duration("1ms", "1h"),
    standard: "30s",
    about: "Longest time of a statement outside of a transaction; the database ends it then.",
  }),
  dataDir: setting("data-dir", {
    kind: line("a path"),
    standard: ".",
    about: "Folder whose `.holdpoint/` holds the embedded database, where no database server is named.",
  }),
  retentionEvents: setting("retention-events", {
    kind: keptFor("1d"),
    standard: "90d",
    about: "How long the log of events is kept; older partitions are dropped. What judging needs is kept for ever.",
  }),
  retentionOutput: setting("retention-output", {
    kind: keptFor("1d"),
    standard: "30d",
    about: "How long the live output of attempts is kept.",
  }),
  drainTimeout: setting("drain-timeout", {
    kind: duration("1ms", "10min"),
    standard: "10s",
    about: "How long requests may take to end when the server stops.",
  }),
  bodyLimit: setting("body-limit", {
    kind: size("1KiB", "64MiB"),
    standard: "1MiB",
    about: "Largest request body of operations that set no limit of their own.",
  }),
  callbackAllow: setting("callback-allow", {
    kind: list(line("a host name, an address or a network such as 10.0.0.0/8", reachable)),
    standard: "",
    about: "Where callbacks may go besides the public internet; a name is allowed whatever it resolves to.",
  }),
  callbackTimeout: setting("callback-timeout", {
    kind: duration("100ms", "1min"),
    standard: "10s",
    about: "How long the receiver of a callback has to answer.",
  }),
  callbackGiveUp: setting("callback-give-up", {
    kind: duration("1s", "30d"),
    standard: "1d",
    about: "How long a callback is tried before it is given up.",
  }),
  rateLimit: setting("rate-limit", {
    kind: rate(),
    standard: "1000/s",
    about: "Requests of one token.",
  }),
  logLevel: setting("log-level", {
    kind: choice("silent", "error", "warn", "info", "debug"),
    standard: "info",
    about: "How much is logged.",
  }),
  logFormat: setting("log-format", {
    kind: choice("auto", "json", "text"),
    standard: "auto",
    about: "JSON for machines or short lines for people; `auto` is text on a terminal.",
  }),
  otlpEndpoint: setting("otlp-endpoint", {
    kind: address("http", "https"),
    standard: null,
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    isSecret: true,
    about: "Where traces are sent by OTLP over HTTP, such as http://localhost:4318. Without one, none are made.",
  }),
  openMetrics: setting("open-metrics", {
    kind: yesOrNo(),
    standard: "false",
    about: "Whether /metrics needs no token from callers on the same machine.",
  }),
} as const;

/** Every setting, in the order of the reference. */
export const SETTINGS: readonly Setting[] = Object.values(settings);

/** What a setting is when nobody sets it. @throws Error for one that has no such value */
export function standardOf<T>({ name, kind, standard }: Setting<T>): T {
  const value = standard === null ? null : kind.read(standard);
  if (value === null) throw new Error(`the setting ${name} has no standard value`);
  return value;
}
