import { z } from "zod";
import { id, listOf, moment, nothing, pageOf, pageQuery } from "./common.ts";
import { operation } from "./operation.ts";

/** How a callback stands. `waiting`: what it is about is not settled; `given_up`: it was tried for as long as it may be. */
export const CALLBACK_STATES = ["waiting", "pending", "delivered", "given_up"] as const;

/** Longest address of a callback, characters. */
const MOST_URL = 2_048;
/** 24 to 64 bytes in base64, as Standard Webhooks asks for, with or without the `=` at the end. */
const SECRET = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

/** Where to tell that a task, or every task of a batch, is settled. */
export const newCallback = z
  .object({
    url: z
      .url({ protocol: /^https?$/, hostname: /^.+$/ })
      .max(MOST_URL)
      .describe("Where the notification is posted: http or https, and no address inside of a private network."),
    secret: z
      .string()
      .max(100)
      .regex(SECRET, "must be `whsec_` and the base64 of 24 to 64 bytes")
      .optional()
      .describe("What notifications are signed with: `whsec_` and the base64 of 24 to 64 bytes. Default: one is made."),
  })
  .describe("Where to tell of it when it is settled: a signed POST, after Standard Webhooks.");

/** A callback as it was just made. */
export const madeCallback = z
  .object({
    id,
    secret: z
      .string()
      .nullable()
      .describe(
        "The secret that was made: shown now and never again, not even in the answer that is kept for `Idempotency-Key`. Null when you gave your own.",
      ),
  })
  .nullable()
  .describe("Null when none was asked for, or nothing was created.");

const state = z
  .enum(CALLBACK_STATES)
  .describe("`waiting` for what it is about, `pending` to be sent, `delivered`, or `given_up`.");
const attempts = z.int().describe("Times that the newest notification was sent, or tried to be.");
const lastError = z.string().nullable().describe("Why the last try failed; null when none did.");

/** How the callback of a task stands, in the task's own view. */
export const callbackBrief = z.object({ id, state, attempts, lastError });

const callbackView = callbackBrief.extend({
  about: z.enum(["task", "batch"]),
  plan: id.describe("Queue of the tasks."),
  task: id.nullable().describe("The task; null for a batch."),
  tasks: z.int().describe("Tasks that it is about."),
  open: z.int().describe("Those that are not settled."),
  origin: z.string().describe("Scheme, host and port of the address; the rest may be a secret."),
  createdBy: z.string(),
  createdAt: moment,
  settledAt: moment.nullable().describe("When the newest notification was written."),
  nextAt: moment.nullable().describe("When it is tried next; null unless it is pending."),
  endedAt: moment.nullable().describe("When it was delivered or given up."),
});

/** A callback as lists show it. */
export const callback: typeof callbackView = callbackView;

/** Callbacks of the tenant. */
export const listCallbacks = operation({
  id: "listCallbacks",
  method: "GET",
  path: "/v1/callbacks",
  tag: "tasks",
  summary: "List callbacks, in the order in which they were made",
  scope: "read",
  query: z.object({
    ...pageQuery,
    cursor: id.optional().describe("`next` of the page before."),
    state: listOf(state).describe("Only in these states; may be given several times."),
  }),
  response: pageOf(callbackView),
});

const callbackParams = z.object({ callback: id.describe("Id of the callback.") });

/** One callback. */
export const getCallback = operation({
  id: "getCallback",
  method: "GET",
  path: "/v1/callbacks/{callback}",
  tag: "tasks",
  summary: "Get a callback",
  scope: "read",
  params: callbackParams,
  response: callbackView,
  problems: [404],
});

/** Sends a notification again. */
export const resendCallback = operation({
  id: "resendCallback",
  method: "POST",
  path: "/v1/callbacks/{callback}/resend",
  tag: "tasks",
  summary: "Send the newest notification of a callback again, as the same message",
  scope: "operate",
  params: callbackParams,
  response: nothing,
  status: 204,
  problems: [404, 409],
});
