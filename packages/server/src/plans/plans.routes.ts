import { operations } from "@holdpoint/contract";
import { problem, type WorkGraph } from "@holdpoint/core";
import { entityTag, httpProblems, type Implementation, implement, preconditionOf, Reply } from "../http/index.ts";
import { comparePlans } from "./compare-plans.ts";
import type { PlanImport, PlanImported, PlanStore, PlanView } from "./plan.types.ts";
import { fileNameOf, graphOf, readDocument } from "./stored-document.ts";

/** What an import did to the work of a plan, in tasks. */
interface WorkChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly restored: number;
  readonly kept: number;
}

/** What the routes of plans need of a tenant. */
export interface PlanRoom {
  readonly plans: PlanStore;
  importPlan(
    request: PlanImport & { readonly graph: WorkGraph; readonly maxAttempts?: number },
  ): Promise<{ readonly plan: PlanImported; readonly work: WorkChange }>;
}

/** Routes of plans and their revisions. */
export function planRoutes(room: (tenant: string) => Promise<PlanRoom>): readonly Implementation[] {
  const found = async (tenant: string, planId: string): Promise<{ room: PlanRoom; view: PlanView }> => {
    const of = await room(tenant);
    const view = await of.plans.get(planId);
    if (view === null) throw problem(httpProblems, "HP9105", { kind: "plan", id: planId });
    return { room: of, view };
  };
  return [
    implement(operations.importPlan, async ({ body, principal, request }) => {
      const of = await room(principal.tenant);
      const fileName = body.fileName ?? body.source.split("/").at(-1) ?? body.source;
      const read = readDocument(new TextEncoder().encode(body.document), fileName, body.sidecar ?? null);
      const graph = graphOf(read.plan);
      const { plan, work } = await of.importPlan({
        source: body.source,
        document: read.plan,
        graph,
        precondition: preconditionOf((name) => request.header(name)),
        ...(body.sidecar === undefined ? {} : { sidecar: body.sidecar }),
        ...(body.maxAttempts === undefined ? {} : { maxAttempts: body.maxAttempts }),
      });
      const view = await of.plans.get(plan.planId);
      if (view === null) throw new Error(`plan ${plan.planId} was imported and is not there`);
      const notes = [...read.notes, ...graph.notes.map(({ line, message }) => `line ${line}: ${message}`)];
      const answer = { plan: toPlanView(view), changed: plan.changed, work, notes };
      return new Reply(answer, plan.changed && plan.revision === 1 ? 201 : 200, { etag: entityTag(view.digest) });
    }),
    implement(operations.listPlans, async ({ query, principal }) => {
      const { plans } = await room(principal.tenant);
      // In the order by which a cursor is compared; that of the database depends on its locale.
      const all = [...(await plans.list())].sort((a, b) => (a.source < b.source ? -1 : 1));
      const from = query.cursor === undefined ? 0 : all.findIndex((plan) => plan.source > (query.cursor ?? ""));
      const page = from < 0 ? [] : all.slice(from, from + query.limit);
      const more = from >= 0 && from + query.limit < all.length;
      return { items: page.map(toPlanView), next: more ? (page.at(-1)?.source ?? null) : null };
    }),
    implement(operations.getPlan, async ({ params, principal }) =>
      toPlanView((await found(principal.tenant, params.plan)).view),
    ),
    implement(operations.listRevisions, async ({ params, query, principal }) => {
      const { room: of } = await found(principal.tenant, params.plan);
      const before = query.cursor === undefined ? {} : { before: Number(query.cursor) };
      const rows = await of.plans.revisions(params.plan, { ...before, limit: query.limit + 1 });
      const page = rows.slice(0, query.limit);
      const items = page.map(({ importedAt, ...row }) => ({ ...row, importedAt: new Date(importedAt).toISOString() }));
      return { items, next: rows.length > query.limit ? String(page.at(-1)?.revision ?? "") : null };
    }),
    implement(operations.getDocument, async ({ params, principal }) => {
      const { room: of } = await found(principal.tenant, params.plan);
      const revision = await of.plans.revision(params.plan, params.revision);
      if (revision === null) throw problem(httpProblems, "HP9105", { kind: "revision", id: params.revision });
      // Only valid UTF-8 is imported, so that decoding and encoding gives the same bytes, a byte order mark included.
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(revision.document);
      return new Reply(text, 200, { etag: entityTag(revision.digest) });
    }),
    implement(operations.diffPlan, async ({ params, query, principal }) => {
      const { room: of, view } = await found(principal.tenant, params.plan);
      const to = query.to ?? view.revision;
      const read = async (number: number): Promise<ReturnType<typeof readDocument>["plan"]> => {
        const revision = await of.plans.revision(params.plan, number);
        if (revision === null) throw problem(httpProblems, "HP9105", { kind: "revision", id: number });
        return readDocument(revision.document, fileNameOf(view.source, revision.format), null).plan;
      };
      return { from: query.from, to, ...comparePlans(await read(query.from), await read(to)) };
    }),
  ];
}

/** A plan as it is answered. */
export function toPlanView(view: PlanView): {
  id: string;
  source: string;
  title: string;
  revision: number;
  digest: string;
  importedAt: string;
  paused: boolean;
} {
  const { planId, source, title, revision, digest, importedAt, paused } = view;
  return { id: planId, source, title, revision, digest, importedAt: new Date(importedAt).toISOString(), paused };
}
