import { z } from "zod";
import { nothing, pageOf, pageQuery, word } from "./common.ts";
import { operation } from "./operation.ts";

/** Longest window of a rate, milliseconds. */
const MAX_WINDOW_MS = 86_400_000;

const limitParams = z.object({ key: word.describe("Concurrency key of tasks.") });

const rate = z
  .object({
    starts: z.int().min(1).max(1_000_000).describe("Tasks that may be claimed in any window."),
    perMs: z.int().min(1).max(MAX_WINDOW_MS).describe("Length of the window, milliseconds."),
  })
  .describe("How many tasks may begin in any window of time. Starts count up to 5 % longer than the window.");

const limitView = z.object({
  key: z.string(),
  maxRunning: z.int().nullable().describe("Tasks that may be leased at one time; null for any number."),
  rate: rate.nullable(),
  running: z.int().describe("Tasks that are leased now."),
  starts: z.int().describe("Starts that count in the window now; 0 without a rate."),
  waiting: z.int().describe("Ready tasks with the key."),
});

/** Limits with their use. */
export const listLimits = operation({
  id: "listLimits",
  method: "GET",
  path: "/v1/limits",
  tag: "tasks",
  summary: "List limits with their use, by key",
  scope: "read",
  query: z.object({ ...pageQuery }),
  response: pageOf(limitView),
});

/** One limit with its use. */
export const getLimit = operation({
  id: "getLimit",
  method: "GET",
  path: "/v1/limits/{key}",
  tag: "tasks",
  summary: "Get the limit of a concurrency key, with its use",
  scope: "read",
  params: limitParams,
  response: limitView,
  problems: [404],
});

/** Sets a limit. */
export const putLimit = operation({
  id: "putLimit",
  method: "PUT",
  path: "/v1/limits/{key}",
  tag: "tasks",
  summary: "Set the limit of a concurrency key",
  description:
    "Holds for every claim that begins after the answer. Tasks that are leased go on, and count, even when they are more than the limit.",
  scope: "admin",
  params: limitParams,
  body: z
    .object({
      maxRunning: z.int().min(0).max(1_000_000).optional().describe("0 lets none begin."),
      rate: rate.optional(),
    })
    .refine((limit) => limit.maxRunning !== undefined || limit.rate !== undefined, {
      message: "must have maxRunning, rate or both",
    })
    .meta({ anyOf: [{ required: ["maxRunning"] }, { required: ["rate"] }] }),
  response: limitView,
});

/** Takes a limit away. */
export const deleteLimit = operation({
  id: "deleteLimit",
  method: "DELETE",
  path: "/v1/limits/{key}",
  tag: "tasks",
  summary: "Take the limit of a concurrency key away",
  scope: "admin",
  params: limitParams,
  response: nothing,
  status: 204,
  problems: [404],
});
