import { operations } from "@holdpoint/contract";
import { type Implementation, implement, Reply } from "../http/index.ts";
import type { Completion } from "./completion.ts";

/** Routes of reporting work as done. */
export function completionRoutes(room: (tenant: string) => Promise<Completion>): readonly Implementation[] {
  return [
    implement(operations.completeAttempt, async ({ params, body, principal, request }) => {
      const completion = await room(principal.tenant);
      const settled = await completion.complete({
        task: params.task,
        attempt: params.attempt,
        summary: body.summary,
        result: body.result ?? null,
        evidence: body.evidence,
        subject: body.subject ?? null,
        waitMs: body.waitMs,
        signal: request.signal,
      });
      return new Reply(settled, settled.outcome === "pending" ? 202 : 200);
    }),
    implement(operations.addEvidence, async ({ params, body, principal }) => {
      const completion = await room(principal.tenant);
      const { task, attempt } = params;
      const digests = await completion.addEvidence({
        task,
        attempt,
        evidence: body.evidence,
        subject: body.subject ?? null,
      });
      return { digests };
    }),
  ];
}
