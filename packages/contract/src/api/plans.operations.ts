import { CLAIMED, FRESHNESS, ITEM_KINDS, REASONS, SEVERITIES } from "@holdpoint/core";
import { z } from "zod";
import { criterionSchema } from "../criterion-shape.ts";
import { countedPageQuery, digest, digits, id, moment, pageOf, pageQuery, sentence, verdictValue } from "./common.ts";
import { operation } from "./operation.ts";

const planParams = z.object({ plan: id.describe("Id of the plan.") });

/** Largest document that can be imported, bytes of text. */
const DOCUMENT_BYTES = 50 * 1024 * 1024;

/** A plan. */
export const planView = z
  .object({
    id,
    source: z.string().describe("What tells plans apart: path or address of the document."),
    title: z.string().describe("Title of the document."),
    revision: z.int().min(1).describe("Counts up with each changed document."),
    digest,
    importedAt: moment.describe("When the current revision was imported."),
    paused: z.boolean().describe("Whether its tasks are held back."),
  })
  .describe("A plan.");

const planChange = z.object({
  added: z.int().describe("Tasks that are new."),
  changed: z.int().describe("Tasks whose text, place, gates or state changed."),
  removed: z.int().describe("Open tasks that the document no longer holds; cancelled."),
  restored: z.int().describe("Cancelled tasks that the document holds again."),
  kept: z.int().describe("Accepted tasks that stay accepted."),
});

/** Imports a document, or the next revision of one. */
export const importPlan = operation({
  id: "importPlan",
  method: "POST",
  path: "/v1/plans",
  tag: "plans",
  summary: "Import a plan, or the next revision of it",
  description:
    "The source tells plans apart. The same bytes again change nothing. A changed document becomes the next revision; tasks that were accepted stay so unless another critical gate stands on them. With `If-Match`, only if the document is still the one that was read.",
  etag: true,
  scope: "plan",
  body: z.object({
    source: z.string().min(1).max(1_000).describe("Path or address of the document."),
    document: z.string().min(1).describe("The document, as text."),
    fileName: z
      .string()
      .max(300)
      .optional()
      .describe("Name, for the format: `.md`, `.yaml`. Default: from the source."),
    sidecar: z
      .string()
      .max(2_000_000)
      .optional()
      .describe("Text of `PLAN.holdpoint.yaml`: how checks and gates are bound."),
    maxAttempts: z.int().min(1).max(100).optional().describe("Tries of a task before it is dead. Default: 3."),
  }),
  response: z.object({ plan: planView, changed: z.boolean(), work: planChange, notes: z.array(z.string()) }),
  status: 201,
  alsoStatus: [200],
  problems: [413, 422],
  bodyLimit: DOCUMENT_BYTES,
});

/** Plans of the tenant. */
export const listPlans = operation({
  id: "listPlans",
  method: "GET",
  path: "/v1/plans",
  tag: "plans",
  summary: "List plans",
  scope: "read",
  query: z.object({ ...pageQuery }),
  response: pageOf(planView),
});

/** One plan. */
export const getPlan = operation({
  id: "getPlan",
  method: "GET",
  path: "/v1/plans/{plan}",
  tag: "plans",
  summary: "Get a plan",
  scope: "read",
  params: planParams,
  response: planView,
  problems: [404],
});

const revision = z.object({
  revision: z.int().min(1),
  digest,
  format: z.enum(["markdown", "yaml"]),
  title: z.string(),
  importedAt: moment,
});

/** The documents that a plan was. */
export const listRevisions = operation({
  id: "listRevisions",
  method: "GET",
  path: "/v1/plans/{plan}/revisions",
  tag: "plans",
  summary: "List the revisions of a plan",
  scope: "read",
  params: planParams,
  query: z.object({ ...countedPageQuery }),
  response: pageOf(revision),
  problems: [404],
});

/** One document, byte for byte. */
export const getDocument = operation({
  id: "getDocument",
  method: "GET",
  path: "/v1/plans/{plan}/revisions/{revision}/document",
  tag: "plans",
  summary: "Get the document of a revision, byte for byte",
  etag: true,
  scope: "read",
  params: planParams.extend({ revision: digits(1).describe("Number of the revision.") }),
  response: z.string().describe("The document."),
  produces: "text/plain",
  problems: [404],
});

const diffEntry = z.object({
  key: z.string().describe("Key of the item or gate."),
  change: z.enum(["added", "removed", "changed"]),
  title: z.string(),
  line: z.int().describe("Line in the later revision; in the earlier one when removed."),
  fields: z.array(z.string()).describe("Names of what changed."),
});

/** What changed between two revisions. */
export const diffPlan = operation({
  id: "diffPlan",
  method: "GET",
  path: "/v1/plans/{plan}/diff",
  tag: "plans",
  summary: "Compare two revisions, item by item and gate by gate",
  scope: "read",
  params: planParams,
  query: z.object({
    from: digits(1).describe("The earlier revision."),
    to: digits(1).optional().describe("The later revision. Default: the current one."),
  }),
  response: z.object({ from: z.int(), to: z.int(), items: z.array(diffEntry), gates: z.array(diffEntry) }),
  problems: [404],
});

const item = z.object({
  key: z.string(),
  id: z.string().nullable(),
  kind: z.enum(ITEM_KINDS),
  title: z.string(),
  line: z.int(),
  parent: z.string().nullable(),
  claimed: z.enum(CLAIMED).describe("What the document says."),
  verified: z.enum(["verified", "failed", "inconclusive", "open"]).describe("What the gates say."),
  owners: z.array(z.string()),
  window: z.string().nullable(),
});

/** Items with what is claimed beside what is verified. */
export const listItems = operation({
  id: "listItems",
  method: "GET",
  path: "/v1/plans/{plan}/items",
  tag: "plans",
  summary: "List the items of a plan, claimed beside verified",
  scope: "read",
  params: planParams,
  query: z.object({ ...countedPageQuery }),
  response: pageOf(item),
  problems: [404],
});

/** One gate as lists show it. */
export const gateView = z.object({
  key: z.string(),
  line: z.int(),
  metric: z.string().nullable(),
  text: z.string().describe("The threshold as written."),
  severity: z.enum(SEVERITIES),
  item: z.string().nullable(),
  criterion: criterionSchema.nullable().describe("The threshold as understood; null when it was not."),
  verdict: verdictValue,
  freshness: z.enum(FRESHNESS),
  reason: z.enum(REASONS),
  tier: z.string().nullable(),
  explanation: z.string(),
  evidence: z.array(z.string()),
  judgedAt: moment.nullable(),
});

/** Gates with their newest verdict. */
export const listGates = operation({
  id: "listGates",
  method: "GET",
  path: "/v1/plans/{plan}/gates",
  tag: "gates",
  summary: "List the gates of a plan with their verdicts",
  scope: "read",
  params: planParams,
  query: z.object({ ...countedPageQuery, verdict: verdictValue.optional(), item: z.string().optional() }),
  response: pageOf(gateView),
  problems: [404],
});

const gateParams = planParams.extend({ gate: z.string().min(1).max(300).describe("Key of the gate.") });

/** One gate, with its history and what is missing. */
export const getGate = operation({
  id: "getGate",
  method: "GET",
  path: "/v1/plans/{plan}/gates/{gate}",
  tag: "gates",
  summary: "Get a gate with its history and signatures",
  scope: "read",
  params: gateParams,
  response: z.object({
    gate: gateView,
    history: z.array(
      z.object({
        seq: z.int(),
        judgedAt: moment,
        verdict: verdictValue,
        reason: z.enum(REASONS),
        explanation: z.string(),
      }),
    ),
    witnesses: z.array(
      z.object({
        digest,
        kind: z.enum(["witness", "waiver"]),
        name: z.string(),
        role: z.string().nullable(),
        reason: z.string(),
        signedAt: moment,
        expiresAt: moment.nullable(),
      }),
    ),
  }),
  problems: [404],
});

const personBody = {
  name: z.string().min(1).max(200).describe("Who speaks."),
  reason: sentence.describe("What was seen, or why it is waived."),
};

const personAnswer = z.object({ digest: digest.describe("Digest of the record."), gate: gateView });

/** A person's signature. */
export const signGate = operation({
  id: "signGate",
  method: "POST",
  path: "/v1/plans/{plan}/gates/{gate}/signatures",
  tag: "gates",
  summary: "Sign a gate as a named person",
  scope: "sign",
  params: gateParams,
  body: z.object({ ...personBody, role: z.string().max(100).optional().describe("In which role.") }),
  response: personAnswer,
  status: 201,
  problems: [404, 409],
});

/** A person's waiver. */
export const waiveGate = operation({
  id: "waiveGate",
  method: "POST",
  path: "/v1/plans/{plan}/gates/{gate}/waivers",
  tag: "gates",
  summary: "Let a gate pass without evidence for a limited time",
  scope: "sign",
  params: gateParams,
  body: z.object({ ...personBody, expiresAt: moment.describe("When the waiver ends; in the future.") }),
  response: personAnswer,
  status: 201,
  problems: [404, 409, 422],
});

/** The summary of a plan. */
export const getProgress = operation({
  id: "getProgress",
  method: "GET",
  path: "/v1/plans/{plan}/progress",
  tag: "plans",
  summary: "What is claimed, what is verified, what holds",
  scope: "read",
  params: planParams,
  response: z.object({
    plan: planView,
    claimed: z.number().min(0).max(1).describe("Share of the leaf items that the document says are done."),
    verified: z.number().min(0).max(1).describe("Share of the leaf items whose critical gates are pass and fresh."),
    items: z.object({ total: z.int(), verified: z.int(), failed: z.int(), inconclusive: z.int(), open: z.int() }),
    gates: z.object({ total: z.int(), pass: z.int(), fail: z.int(), inconclusive: z.int() }),
    tasks: z.record(z.string(), z.int()).describe("Tasks by state."),
    holds: z
      .array(z.object({ task: id, key: z.string(), title: z.string(), missing: z.array(z.string()) }))
      .describe("What is held, and for what."),
  }),
  problems: [404],
});

const pauseAnswer = z.object({ paused: z.boolean() });

/** Holds the tasks of a plan back. */
export const pausePlan = operation({
  id: "pausePlan",
  method: "POST",
  path: "/v1/plans/{plan}/pause",
  tag: "plans",
  summary: "Offer no task of a plan until it is resumed",
  scope: "operate",
  params: planParams,
  body: z.object({ reason: sentence.optional() }).optional(),
  response: pauseAnswer,
  problems: [404],
});

/** Lets the tasks of a plan go on. */
export const resumePlan = operation({
  id: "resumePlan",
  method: "POST",
  path: "/v1/plans/{plan}/resume",
  tag: "plans",
  summary: "Offer the tasks of a plan again",
  scope: "operate",
  params: planParams,
  body: z.object({ reason: sentence.optional() }).optional(),
  response: pauseAnswer,
  problems: [404],
});
