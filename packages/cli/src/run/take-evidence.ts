import { createReadStream } from "node:fs";
import { type AttemptAccount, attemptName, openWorktree, type WorkRef } from "@holdpoint/agent";
import type { JudgedSubject } from "@holdpoint/core";
import { type Gatekeeper, type HandedBy, type HandedEvidence, handedOverRecords } from "@holdpoint/server";

/** What recording needs to know besides the attempt's own account. */
export interface EvidenceTaking {
  readonly gatekeeper: Pick<Gatekeeper, "record">;
  readonly tenant: string;
  readonly planDir: string;
  readonly planDigest: string;
  /** Where worktrees lie. */
  readonly stateFolder: string;
  readonly subjectOf: (dir: string) => Promise<JudgedSubject>;
}

/** Records what an agent handed over, under the state of the folder it worked in. */
export async function takeEvidence(taking: EvidenceTaking, work: WorkRef, account: AttemptAccount): Promise<void> {
  if (account.handedOver.taken.length === 0) return;
  const { planDir, stateFolder } = taking;
  const worktree = await openWorktree({ planDir, attempt: attemptName(work), stateFolder });
  const by: HandedBy = {
    tenant: taking.tenant,
    agent: account.agent,
    task: work.taskId,
    attempt: work.attempt,
    planDigest: taking.planDigest,
    subject: await taking.subjectOf(worktree?.planDir ?? planDir),
    at: account.endedAt,
  };
  await taking.gatekeeper.record(await handedOverRecords(account.handedOver.taken.map(toHanded), by));
}

function toHanded(taken: AttemptAccount["handedOver"]["taken"][number]): HandedEvidence {
  if (taken.type === "evidence") {
    return { type: "word", metric: taken.metric, value: taken.value, unit: taken.unit ?? null };
  }
  const { kept, digest, size } = taken;
  const open = (): AsyncIterable<Uint8Array> => createReadStream(kept);
  return { type: "file", open, name: taken.name ?? taken.path, digest, size, reader: taken.reader ?? null };
}
