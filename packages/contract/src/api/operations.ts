import * as access from "./access.operations.ts";
import * as agents from "./agents.operations.ts";
import * as callbacks from "./callbacks.operations.ts";
import * as evidence from "./evidence.operations.ts";
import * as flags from "./flags.operations.ts";
import * as limits from "./limits.operations.ts";
import type { Operation } from "./operation.ts";
import * as plans from "./plans.operations.ts";
import * as queues from "./queues.operations.ts";
import * as search from "./search.operations.ts";
import * as system from "./system.operations.ts";
import * as tasks from "./tasks.operations.ts";
import * as work from "./work.operations.ts";

/** What the groups export, operations among it, by id. */
export const operations = {
  ...system,
  ...plans,
  ...tasks,
  ...callbacks,
  ...queues,
  ...limits,
  ...work,
  ...agents,
  ...access,
  ...flags,
  ...search,
  ...evidence,
};

/** Every operation, in the order of the reference. */
export const OPERATIONS: readonly Operation[] = Object.values<unknown>(operations).filter(isOperation);

function isOperation(value: unknown): value is Operation {
  return typeof value === "object" && value !== null && "method" in value && "path" in value && "response" in value;
}
