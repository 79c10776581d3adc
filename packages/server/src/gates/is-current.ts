import type { CheckDefinition, EvidenceRecord, JudgeContext } from "@holdpoint/core";

/** The newest run of a check, held against the folder as it is. */
export interface Standing {
  /** Its records; empty when the check never ran. */
  readonly run: readonly EvidenceRecord[];
  /** It has the same definition and saw the same inputs, or the same tree when it names none. */
  readonly speaksOfNow: boolean;
  /** It ended well and nothing about it was odd. */
  readonly endedWell: boolean;
}

/** Finds the newest run of a check and whether it still speaks of the folder. */
export function standingOf(
  check: CheckDefinition,
  records: readonly EvidenceRecord[],
  context: JudgeContext,
): Standing {
  const own = records.filter((record) => record.statement.predicate.check?.id === check.id);
  const newest = own.reduce<string>((latest, { statement }) => {
    const { startedAt } = statement.predicate;
    return startedAt > latest ? startedAt : latest;
  }, "");
  const run = own.filter(({ statement }) => statement.predicate.startedAt === newest);
  return {
    run,
    speaksOfNow: run.length > 0 && run.every((record) => speaksOfNow(record, check, context)),
    endedWell: run.length > 0 && run.every(({ statement }) => endedWell(statement.predicate)),
  };
}

type Predicate = EvidenceRecord["statement"]["predicate"];

/** Whether a record is of the check as it is defined now, and saw the same inputs, or tree, as there are now. */
export function speaksOfNow({ statement }: EvidenceRecord, check: CheckDefinition, context: JudgeContext): boolean {
  const { predicate, subject } = statement;
  if (predicate.check?.digest !== check.digest || predicate.anomalies.includes("tree_changed")) return false;
  if (predicate.inputs !== null)
    return bare(predicate.inputs.digest) === bare(context.inputDigests.get(check.id) ?? "");
  if (check.inputs.length > 0) return false;
  const tree = subject.find((entry) => entry.name === "tree")?.digest["sha256"];
  return tree !== undefined && bare(tree) === bare(context.subject.tree);
}

function endedWell({ exit, anomalies }: Predicate): boolean {
  return anomalies.length === 0 && exit?.code === 0 && !exit.timedOut;
}

function bare(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
