import { z } from "zod";
import { id, moment, pageOf, pageQuery, sentence, word } from "./common.ts";
import { operation } from "./operation.ts";

const queueParams = z.object({ queue: word.describe("Name of the queue.") });
const pauseBody = z.object({ reason: sentence.optional() }).optional();
const pauseAnswer = z.object({ paused: z.boolean() });

/** Queues of the tenant. */
export const listQueues = operation({
  id: "listQueues",
  method: "GET",
  path: "/v1/queues",
  tag: "tasks",
  summary: "List queues, by name",
  scope: "read",
  query: z.object({ ...pageQuery }),
  response: pageOf(
    z.object({
      id: id.describe("Id, which claims and lists take as `plan`."),
      name: z.string(),
      createdAt: moment,
      paused: z.boolean().describe("Whether its tasks are held back."),
    }),
  ),
});

/** Holds the tasks of a queue back. */
export const pauseQueue = operation({
  id: "pauseQueue",
  method: "POST",
  path: "/v1/queues/{queue}/pause",
  tag: "tasks",
  summary: "Offer no task of a queue until it is resumed",
  scope: "operate",
  params: queueParams,
  body: pauseBody,
  response: pauseAnswer,
  problems: [404],
});

/** Lets the tasks of a queue go on. */
export const resumeQueue = operation({
  id: "resumeQueue",
  method: "POST",
  path: "/v1/queues/{queue}/resume",
  tag: "tasks",
  summary: "Offer the tasks of a queue again",
  scope: "operate",
  params: queueParams,
  body: pauseBody,
  response: pauseAnswer,
  problems: [404],
});

/** Whether anything is offered at all. */
export const getPause = operation({
  id: "getPause",
  method: "GET",
  path: "/v1/pause",
  tag: "tasks",
  summary: "Whether the whole tenant is paused",
  scope: "read",
  response: z.object({
    paused: z.boolean(),
    by: z.string().nullable(),
    reason: z.string().nullable(),
    since: moment.nullable(),
  }),
});

/** Holds everything back. */
export const pauseAll = operation({
  id: "pauseAll",
  method: "POST",
  path: "/v1/pause",
  tag: "tasks",
  summary: "Offer no task of the tenant until it is resumed",
  scope: "operate",
  body: pauseBody,
  response: pauseAnswer,
});

/** Lets everything go on that is not paused by itself. */
export const resumeAll = operation({
  id: "resumeAll",
  method: "POST",
  path: "/v1/resume",
  tag: "tasks",
  summary: "Offer the tasks of the tenant again; what is paused by itself stays so",
  scope: "operate",
  body: pauseBody,
  response: pauseAnswer,
});
