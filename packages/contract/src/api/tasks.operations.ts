import { z } from "zod";
import { callbackBrief, madeCallback, newCallback } from "./callbacks.operations.ts";
import { anyJson, id, listOf, moment, pageOf, pageQuery, sentence, taskState, word } from "./common.ts";
import { operation } from "./operation.ts";

const taskParams = z.object({ task: id.describe("Id of the task.") });

/** A task as lists show it. */
export const taskView = z.object({
  id,
  plan: id.describe("Plan or queue that it belongs to."),
  key: z.string().describe("Key of the plan item, or the name it was created with."),
  kind: z.enum(["task", "checkpoint"]),
  title: z.string(),
  item: z.string().nullable(),
  state: taskState,
  unmet: z.int().describe("Dependencies that are not accepted yet."),
  attempt: z.int().describe("The fencing token: how often it was claimed."),
  tries: z.int().describe("Attempts that failed, expired or were refused since the last redrive."),
  maxAttempts: z.int(),
  priority: z.int(),
  gates: z.array(z.string()),
  capabilities: z.array(z.string()),
  missing: z.array(z.string()).describe("What the last refusal or hold said was missing."),
  reason: z.string().nullable().describe("Why it last failed, was released, expired or was cancelled."),
  lease: z.object({ agent: z.string(), expiresAt: moment }).nullable(),
  readyAt: moment.nullable().describe("When it may be claimed."),
  blocked: z.boolean().describe("Held because its agent cannot go on; an operator unblocks it."),
  assigned: z.string().nullable().describe("The only agent that is offered it; null for whoever comes."),
  concurrencyKey: z.string().nullable(),
  callback: callbackBrief.nullable().describe("How its own callback stands; null when it has none."),
});

const newTask = z.object({
  key: word
    .optional()
    .describe("Name, unique in its queue; a task that is there already is left as it is. Default: its id."),
  title: z.string().min(1).max(500).describe("What is to be done."),
  payload: anyJson.optional().describe("Given to the agent as it comes; 256 KiB at most."),
  capabilities: z.array(word).max(20).default([]).describe("What an agent must be able to do."),
  priority: z.int().min(-1_000).max(1_000).default(0).describe("Higher goes first."),
  dependsOn: z.array(z.string()).max(1_000).default([]).describe("Keys of tasks of the same queue or batch."),
  maxAttempts: z.int().min(1).max(100).default(3).describe("Tries before it is dead."),
  runAt: moment.optional().describe("Not before. Default: at once."),
  concurrencyKey: word.optional().describe("Tasks with one key share the limit that is set for it."),
  callback: newCallback.optional(),
});

const queueName = word.default("default").describe("Queue that they belong to; made when it is not there.");

/** Creates one task. */
export const createTask = operation({
  id: "createTask",
  method: "POST",
  path: "/v1/tasks",
  tag: "tasks",
  summary: "Create a task in a queue",
  scope: "plan",
  body: newTask.extend({ queue: queueName }),
  response: z.object({
    id,
    created: z.boolean().describe("False when the key was there already."),
    callback: madeCallback,
  }),
  status: 201,
  alsoStatus: [200],
  problems: [413, 422],
  toldOnce: ["callback.secret"],
});

/** Creates many tasks at once: all or none. */
export const createTasks = operation({
  id: "createTasks",
  method: "POST",
  path: "/v1/tasks/batch",
  tag: "tasks",
  summary: "Create up to 5000 tasks at once: all or none",
  scope: "plan",
  body: z.object({
    queue: queueName,
    tasks: z.array(newTask).min(1).max(5_000),
    callback: newCallback
      .optional()
      .describe("Told when the last of the tasks that the call creates is settled; each task may have its own, too."),
  }),
  response: z.object({
    tasks: z
      .array(z.object({ id, created: z.boolean(), callback: madeCallback }))
      .describe("In the order of the request."),
    callback: madeCallback,
  }),
  status: 201,
  problems: [413, 422],
  toldOnce: ["callback.secret", "tasks.*.callback.secret"],
  bodyLimit: 16 * 1024 * 1024,
});

/** Tasks of the tenant. */
export const listTasks = operation({
  id: "listTasks",
  method: "GET",
  path: "/v1/tasks",
  tag: "tasks",
  summary: "List tasks, in the order of their plan",
  scope: "read",
  query: z.object({
    ...pageQuery,
    plan: id.optional().describe("Only of this plan or queue."),
    state: listOf(taskState).describe("Only in these states; may be given several times."),
  }),
  response: pageOf(taskView),
  problems: [422],
});

/** One task. */
export const getTask = operation({
  id: "getTask",
  method: "GET",
  path: "/v1/tasks/{task}",
  tag: "tasks",
  summary: "Get a task",
  scope: "read",
  params: taskParams,
  response: taskView,
  problems: [404],
});

/** What became of each try. */
export const listAttempts = operation({
  id: "listAttempts",
  method: "GET",
  path: "/v1/tasks/{task}/attempts",
  tag: "tasks",
  summary: "List the attempts at a task",
  scope: "read",
  params: taskParams,
  response: z.object({
    attempts: z.array(
      z.object({
        attempt: z.int(),
        agent: z.string(),
        claimedAt: moment,
        endedAt: moment,
        outcome: z.string(),
        reason: z.string().nullable(),
        missing: z.array(z.string()),
        evidence: z.array(z.string()),
        result: anyJson,
      }),
    ),
  }),
  problems: [404],
});

const outcome = z.object({ state: taskState, attempt: z.int(), tries: z.int() });
const why = z.object({ reason: sentence.describe("Why; kept with the task.") });

/** Takes a task out of the work. */
export const cancelTask = operation({
  id: "cancelTask",
  method: "POST",
  path: "/v1/tasks/{task}/cancel",
  tag: "tasks",
  summary: "Take a task out of the work",
  scope: "operate",
  params: taskParams,
  body: why,
  response: outcome,
  problems: [404, 409],
});

/** Puts a dead task back. */
export const retryTask = operation({
  id: "retryTask",
  method: "POST",
  path: "/v1/tasks/{task}/retry",
  tag: "tasks",
  summary: "Put a dead task back, with its tries at zero",
  scope: "operate",
  params: taskParams,
  body: why,
  response: outcome,
  problems: [404, 409],
});

/** Sets the order among ready tasks. */
export const prioritiseTask = operation({
  id: "prioritiseTask",
  method: "POST",
  path: "/v1/tasks/{task}/priority",
  tag: "tasks",
  summary: "Set the priority of a task",
  description: "A later revision of the plan leaves it as it was set here.",
  scope: "operate",
  params: taskParams,
  body: z.object({ priority: z.int().min(-1_000).max(1_000).describe("Higher goes first.") }),
  response: outcome,
  problems: [404, 409],
});

/** Reserves a task. */
export const assignTask = operation({
  id: "assignTask",
  method: "POST",
  path: "/v1/tasks/{task}/assign",
  tag: "tasks",
  summary: "Offer a task to one agent only, or to all again",
  description: "An attempt that runs goes on; what is set here holds for the next offer.",
  scope: "operate",
  params: taskParams,
  body: z.object({ agent: word.nullable().describe("Name of the agent; null offers it to all again.") }),
  response: outcome,
  problems: [404, 409],
});

/** Lets a blocked task go on. */
export const unblockTask = operation({
  id: "unblockTask",
  method: "POST",
  path: "/v1/tasks/{task}/unblock",
  tag: "tasks",
  summary: "Offer a blocked task again, without counting the try",
  scope: "operate",
  params: taskParams,
  body: why,
  response: outcome,
  problems: [404, 409],
});

/** Tasks that ran out of tries. */
export const listDeadLetters = operation({
  id: "listDeadLetters",
  method: "GET",
  path: "/v1/dead-letters",
  tag: "tasks",
  summary: "List tasks that ran out of tries",
  scope: "read",
  query: z.object({ ...pageQuery, plan: id.optional() }),
  response: pageOf(taskView),
  problems: [422],
});

const selection = {
  plan: id.optional().describe("Only of this plan or queue."),
  tasks: z.array(id).max(5_000).optional().describe("Only these; every dead task when absent."),
  reason: sentence.describe("Why; kept with each task."),
};

const bulk = z.object({
  done: z.int().describe("Tasks that moved."),
  refused: z.array(z.object({ task: id, state: taskState.nullable() })).describe("Tasks that were in another state."),
});

/** Puts dead tasks back. */
export const redriveDeadLetters = operation({
  id: "redriveDeadLetters",
  method: "POST",
  path: "/v1/dead-letters/redrive",
  tag: "tasks",
  summary: "Put dead tasks back, all or some",
  scope: "operate",
  body: z.object(selection),
  response: bulk,
});

/** Gives dead tasks up. */
export const purgeDeadLetters = operation({
  id: "purgeDeadLetters",
  method: "POST",
  path: "/v1/dead-letters/purge",
  tag: "tasks",
  summary: "Cancel dead tasks, all or some",
  scope: "operate",
  body: z.object(selection),
  response: bulk,
});
