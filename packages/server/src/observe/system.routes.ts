import { type OpenApiDocument, operations, type ResponseOf } from "@holdpoint/contract";
import { type ProblemDefinition, problem } from "@holdpoint/core";
import { httpProblems, type Implementation, implement, Reply } from "../http/index.ts";
import { problemPage } from "./problem-page.ts";

/** One part of the path that work takes, as it is now. */
export interface PartHealth {
  readonly name: string;
  readonly status: "ok" | "degraded" | "down";
  readonly detail: string | null;
  /** Milliseconds; null where nothing was measured. */
  readonly tookMs: number | null;
}

/** Numbers of a tenant at a glance. */
export interface TenantSummary {
  readonly agents: { readonly total: number; readonly healthy: number };
  /** By state. */
  readonly tasks: Readonly<Record<string, number>>;
  readonly plans: number;
}

/** What the routes about the server itself need. */
export interface SystemParts {
  readonly version: string;
  /** Milliseconds since the process began to serve. */
  readonly uptimeMs: () => number;
  /** Looks at each part; never throws. */
  readonly parts: () => Promise<readonly PartHealth[]>;
  /** Numbers of a tenant. */
  readonly summary: (tenant: string) => Promise<TenantSummary>;
  /** What the database is, for people. */
  readonly database: string;
  /** Numbers in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /** The HTTP interface, described. */
  readonly openApi: () => OpenApiDocument;
  /** Definition of a problem; undefined when the catalogue has no such code. */
  readonly problemOf: (code: string) => ProblemDefinition | undefined;
}

/** Routes about the server itself. */
export function systemRoutes(system: SystemParts): readonly Implementation[] {
  return [
    implement(operations.health, () =>
      Promise.resolve({ status: "ok" as const, version: system.version, uptimeMs: Math.round(system.uptimeMs()) }),
    ),
    implement(operations.ready, async () => {
      const parts = await system.parts();
      const status = overall(parts);
      return new Reply<ResponseOf<typeof operations.ready>>(
        { status, parts: [...parts] },
        status === "not_ready" ? 503 : 200,
      );
    }),
    implement(operations.metrics, () => system.metrics()),
    implement(operations.openApi, () => Promise.resolve({ ...system.openApi() })),
    implement(operations.problemPage, ({ params }) => {
      const definition = system.problemOf(params.code);
      if (definition === undefined) throw problem(httpProblems, "HP9105", { kind: "problem", id: params.code });
      return Promise.resolve(problemPage(params.code, definition));
    }),
    implement(operations.status, async ({ principal }) => {
      const parts = await system.parts();
      const summary = await system.summary(principal.tenant);
      const status = { ready: "operational", degraded: "degraded", not_ready: "down" } as const;
      return {
        status: status[overall(parts)],
        version: system.version,
        uptime_seconds: Math.round(system.uptimeMs() / 1000),
        agents: summary.agents,
        tasks: { ...summary.tasks },
        plans: summary.plans,
        database: system.database,
      };
    }),
  ];
}

function overall(parts: readonly PartHealth[]): "ready" | "degraded" | "not_ready" {
  if (parts.some(({ status }) => status === "down")) return "not_ready";
  return parts.every(({ status }) => status === "ok") ? "ready" : "degraded";
}
