import { problem } from "@holdpoint/core";
import type { FastifyReply } from "fastify";
import { guardProblems } from "./guard.problems.ts";
import type { RateLimits } from "./guards.ts";
import type { Principal } from "./principal.ts";

/** Milliseconds of a second. */
const SECOND_MS = 1_000;

/** Counts a request against its caller's limit and says where it stands. @throws HoldpointError HP9414 */
export async function limitRequest(
  limits: RateLimits | undefined,
  principal: Principal,
  reply: FastifyReply,
): Promise<void> {
  const taken = limits?.take(principal) ?? null;
  const state = taken instanceof Promise ? await taken : taken;
  if (state === null) return;
  const waitS = Math.ceil(state.retryAfterMs / SECOND_MS);
  reply.headers({
    "ratelimit-limit": String(state.limit),
    "ratelimit-remaining": String(state.remaining),
    "ratelimit-reset": String(waitS),
  });
  if (state.allowed) return;
  const refused = problem(guardProblems, "HP9414", { who: principal.name, limit: state.limit });
  throw Object.assign(refused, { retryAfterS: Math.max(1, waitS) });
}
