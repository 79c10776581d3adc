import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type Config, SETTINGS, settings } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import {
  type Authenticate,
  type ControlPlane,
  createControlPlane,
  createLog,
  createSystemRuntime,
  logControlPlane,
} from "@holdpoint/server";
import { openStore, type Retention, type Store } from "@holdpoint/store";
import { openTracing } from "@holdpoint/trace";
import type { CommandCall } from "../command.ts";
import { onInterrupt } from "../engine/interrupt.ts";
import { type Style, styleFor } from "../output/style.ts";
import { PROBLEM_CATALOGUE } from "../problem-catalogue.ts";
import { createLocalAccess, type LocalAccess } from "../serve/local-access.ts";
import { serveProblems } from "../serve/serve.problems.ts";
import { serverConfig } from "../serve/server-config.ts";
import {
  makeStateFolder,
  readServerNote,
  removeServerNote,
  type ServerNote,
  writeServerNote,
} from "../serve/server-place.ts";
import { VERSION } from "../version.ts";
import { optional, wantsJson } from "./arguments.ts";

const MOST_PORT = 65_535;
/** Connections to the database unless the configuration says otherwise. */
const DEFAULT_POOL = 8;

/** `holdpoint up`: starts the control plane and stays until it is interrupted. Runs nothing that a plan names. */
export async function run(call: CommandCall): Promise<number> {
  const config = configOf(call);
  const dataDir = resolve(call.cwd, config.get(settings.dataDir) ?? ".");
  const databaseUrl = config.get(settings.databaseUrl);
  const interrupt = onInterrupt();
  try {
    const folder = makeStateFolder(dataDir);
    const running = databaseUrl === null ? readServerNote(dataDir) : null;
    if (running !== null) throw problem(serveProblems, "HP8042", { pid: running.pid, folder, url: running.url });
    const runtime = createSystemRuntime();
    const options = {
      runtime,
      poolSize: config.get(settings.databasePool) ?? DEFAULT_POOL,
      readTimeoutMs: config.get(settings.readTimeout) ?? 0,
    };
    const store = await openStore(databaseUrl === null ? { ...options, dataDir } : { ...options, databaseUrl });
    try {
      await serve(call, config, { store, folder, dataDir, signal: interrupt.signal });
    } finally {
      await store.close();
    }
    return 0;
  } finally {
    interrupt.stop();
  }
}

interface Serving {
  readonly store: Store;
  readonly folder: string;
  readonly dataDir: string;
  readonly signal: AbortSignal;
}

async function serve(call: CommandCall, config: Config, { store, folder, dataDir, signal }: Serving): Promise<void> {
  const local = createLocalAccess();
  const log = logOf(call, config);
  const replica = `${hostname()}:${process.pid}:${randomBytes(3).toString("hex")}`;
  const tracing = await openTracing({
    endpoint: config.get(settings.otlpEndpoint),
    version: VERSION,
    instance: replica,
    role: "server",
    onTrouble: (why, receiver) => {
      if (why === null) log.info({ receiver }, "traces are sent again");
      else log.warn({ receiver, why }, "traces cannot be sent; the work goes on without them");
    },
  });
  let byToken: Authenticate = () => Promise.resolve(null);
  const plane = await createControlPlane({
    store,
    runtime: createSystemRuntime(),
    version: VERSION,
    replica,
    tracing,
    authenticate: async (credentials) => (await local.authenticate(credentials)) ?? (await byToken(credentials)),
    problems: PROBLEM_CATALOGUE,
    openMetrics: config.get(settings.openMetrics) === true,
    dataDir: store.kind === "embedded" ? folder : null,
    retention: retentionOf(config),
    drainMs: config.get(settings.drainTimeout) ?? undefined,
    bodyBytes: config.get(settings.bodyLimit) ?? undefined,
    access: accessOf(config, folder),
    callbacks: callbacksOf(config),
    mcp: { hosts: config.get(settings.trustedHosts) ?? [] },
    ...logControlPlane(log),
  });
  byToken = plane.access.authenticate;
  const url = await listen(plane, config);
  const note: ServerNote = { url, pid: process.pid, token: local.token };
  writeServerNote(dataDir, note);
  try {
    const first = await plane.access.ensureFirstAdmin();
    announce(call, { url, folder, store, local, adminToken: first?.token ?? null });
    await interrupted(signal);
  } finally {
    removeServerNote(dataDir, note);
    await plane.close();
    await tracing.close();
  }
}

/** @throws HP8041 for a port that is none; HP81xx */
function configOf(call: CommandCall): Config {
  const port = optional(call, "port");
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= MOST_PORT)) {
    throw problem(serveProblems, "HP8041", { value: port }, { field: "--port" });
  }
  return serverConfig(call, Object.fromEntries(SETTINGS.map(({ name }) => [name, optional(call, camelCase(name))])));
}

/** The name of an option as a call carries it: `dataDir` for `--data-dir`. */
function camelCase(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function retentionOf(config: Config): Retention {
  const kept = (ms: number | null): number | null => (ms === Number.POSITIVE_INFINITY ? null : ms);
  return {
    event: kept(config.get(settings.retentionEvents)),
    attempt_output: kept(config.get(settings.retentionOutput)),
  };
}

function accessOf(config: Config, folder: string): Parameters<typeof createControlPlane>[0]["access"] {
  const redisUrl = config.get(settings.redisUrl);
  const requestsPerSecond = config.get(settings.rateLimit);
  return {
    auditFolder: join(folder, "audit"),
    ...(redisUrl === null ? {} : { redisUrl }),
    ...(requestsPerSecond === null ? {} : { requestsPerSecond }),
  };
}

function callbacksOf(config: Config): Parameters<typeof createControlPlane>[0]["callbacks"] {
  const timeoutMs = config.get(settings.callbackTimeout);
  const giveUpMs = config.get(settings.callbackGiveUp);
  return {
    allow: config.get(settings.callbackAllow) ?? [],
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(giveUpMs === null ? {} : { giveUpMs }),
  };
}

function logOf(call: CommandCall, config: Config): ReturnType<typeof createLog> {
  const format = config.get(settings.logFormat) ?? "auto";
  const isTerminal = "isTTY" in call.err && call.err.isTTY === true;
  return createLog({
    level: config.get(settings.logLevel) ?? "info",
    to: call.err,
    isForPeople: format === "text" || (format === "auto" && isTerminal),
  });
}

async function listen(plane: ControlPlane, config: Config): Promise<string> {
  const host = config.get(settings.host) ?? "127.0.0.1";
  const port = config.get(settings.port) ?? 0;
  try {
    return await plane.listen({ host, port });
  } catch (error) {
    await plane.close();
    if (error instanceof HoldpointError || !(error instanceof Error) || !("code" in error)) throw error;
    const why = error.code === "EADDRINUSE" ? "something listens there already" : String(error.code);
    const other = port === MOST_PORT ? port - 1 : port + 1;
    const params = { address: `${host}:${port}`, why, other };
    throw problem(serveProblems, "HP8040", params, { field: "--port", cause: error });
  }
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve_) => {
    if (signal.aborted) resolve_();
    else signal.addEventListener("abort", () => resolve_(), { once: true });
  });
}

interface Announcement {
  readonly url: string;
  readonly folder: string;
  readonly store: Store;
  readonly local: LocalAccess;
  /** Only at the first start on a database; nobody can see it again. */
  readonly adminToken: string | null;
}

function announce(call: CommandCall, said: Announcement): void {
  const { url, folder, store, adminToken } = said;
  if (wantsJson(call)) {
    const data = { folder, database: store.description };
    call.out.write(`${JSON.stringify({ schema: "holdpoint/server/v1", url, pid: process.pid, data, adminToken })}\n`);
    return;
  }
  call.out.write(`${lines(said, styleFor(call.out, call.env)).join("\n")}\n`);
}

function lines({ url, folder, store, adminToken }: Announcement, { paint }: Style): readonly string[] {
  const data = store.kind === "embedded" ? `${folder} (${store.description})` : store.description;
  const first =
    adminToken === null
      ? []
      : [
          "",
          `Admin token, shown this once: ${paint.bold(adminToken)}`,
          "Others get tokens of their own: holdpoint token create NAME --kind agent",
        ];
  return [
    `Holdpoint is ready at ${paint.bold(url)}`,
    "",
    `  data           ${data}`,
    `  reference      ${url}/docs`,
    `  MCP            ${url}/mcp         holdpoint init writes it into your agents' configuration`,
    "  work a plan    holdpoint run PLAN.md --trust      in this folder: it works on the same data",
    "  add agents     holdpoint agent run --agents agents --trust",
    ...first,
    "",
    "Commands of yours in this folder find the server and its token by themselves. Stop it with Ctrl-C.",
  ];
}
