import type { CheckDefinition, EvidenceRecord, JudgeContext } from "@holdpoint/core";

/**
 * Whether the newest run of a check still speaks of the folder as it is, so that running it again would tell nothing
 * new: same definition, same inputs (or the same tree, when it names none), ended well, nothing odd about it.
 *
 * @param watched a gate with a time window looks at it: then every look is an observation of its own
 */
export function isCurrent(
  check: CheckDefinition,
  records: readonly EvidenceRecord[],
  context: JudgeContext,
  watched: boolean,
): boolean {
  if (watched) return false;
  const own = records.filter((record) => record.statement.predicate.check?.id === check.id);
  const newest = own.reduce<string>((latest, { statement }) => {
    const { startedAt } = statement.predicate;
    return startedAt > latest ? startedAt : latest;
  }, "");
  const run = own.filter(({ statement }) => statement.predicate.startedAt === newest);
  return run.length > 0 && run.every((record) => speaksOfNow(record, check, context));
}

function speaksOfNow({ statement }: EvidenceRecord, check: CheckDefinition, context: JudgeContext): boolean {
  const { predicate, subject } = statement;
  if (predicate.check?.digest !== check.digest || predicate.anomalies.length > 0) return false;
  if (predicate.exit?.code !== 0 || predicate.exit.timedOut) return false;
  if (predicate.inputs !== null)
    return bare(predicate.inputs.digest) === bare(context.inputDigests.get(check.id) ?? "");
  const tree = subject.find((entry) => entry.name === "tree")?.digest["sha256"];
  return tree !== undefined && bare(tree) === bare(context.subject.tree);
}

function bare(digest: string): string {
  return digest.replace(/^sha256:/, "");
}
