import { z } from "zod";
import { anyJson, digest, moment } from "./common.ts";
import { operation } from "./operation.ts";

/** One evidence record. */
export const getEvidence = operation({
  id: "getEvidence",
  method: "GET",
  path: "/v1/evidence/{digest}",
  tag: "evidence",
  summary: "Get an evidence record, as it was stored",
  scope: "read",
  params: z.object({ digest: digest.describe("Digest of the record.") }),
  response: z.object({
    digest,
    kind: z.string(),
    check: z.string().nullable().describe("Id of the check that made it."),
    gates: z.array(z.string()).describe("Keys of the gates that it speaks for."),
    endedAt: moment.describe("When what it tells of ended."),
    recordedAt: moment,
    statement: anyJson.describe("The statement that the digest is of."),
  }),
  problems: [404],
});
