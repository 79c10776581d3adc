import type { EvidenceMetric, EvidenceRecord, JudgedSubject } from "@holdpoint/core";
import { normaliseMetric } from "@holdpoint/core";
import { buildStatement, parseFormat, readReport, statementSubjects } from "@holdpoint/evidence";

/** What an agent gave of its own accord: a word on a metric, or a file that was taken from it. */
export type HandedEvidence =
  | {
      readonly type: "word";
      readonly metric: string;
      readonly value: number | string | boolean;
      readonly unit: string | null;
    }
  | {
      readonly type: "file";
      /** Opens the bytes. */
      readonly open: () => AsyncIterable<Uint8Array>;
      readonly name: string;
      readonly digest: string;
      readonly size: number;
      readonly reader: string | null;
    };

/** Whose evidence it is. */
export interface HandedBy {
  readonly tenant: string;
  readonly agent: string;
  readonly task: string;
  readonly attempt: number;
  readonly planDigest: string;
  readonly subject: JudgedSubject;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Records of what an agent handed over: its words are claims (E0), its files artifacts (E1). Neither reaches the tier
 * that a gate asks for unless the plan's people lowered it.
 */
export async function handedOverRecords(
  items: readonly HandedEvidence[],
  by: HandedBy,
): Promise<readonly EvidenceRecord[]> {
  const words = items.flatMap((item) => (item.type === "word" ? [toMetric(item)] : []));
  const records: EvidenceRecord[] = words.length === 0 ? [] : [record(by, "claim", "E0", { metrics: words })];
  for (const item of items) {
    if (item.type !== "file") continue;
    const format = item.reader === null ? undefined : parseFormat(item.reader);
    const reading = await readReport(item.open(), { format, place: item.name });
    records.push(
      record(by, "artifact", "E1", {
        metrics: reading.metrics,
        anomalies: reading.anomalies,
        reader: reading.reader,
        inventoryDigest: reading.inventoryDigest,
        artifacts: [{ place: item.name, digest: item.digest, size: item.size, truncated: false }],
      }),
    );
  }
  return records;
}

type Predicate = Parameters<typeof buildStatement>[0]["predicate"];

function record(by: HandedBy, kind: "claim" | "artifact", tier: "E0" | "E1", rest: Partial<Predicate>): EvidenceRecord {
  const at = new Date(by.at).toISOString();
  return buildStatement({
    subject: statementSubjects({ ...by.subject, plan: by.planDigest }),
    predicate: {
      kind,
      tier,
      producer: { agent: by.agent, tenant: by.tenant, task: by.task, attempt: by.attempt },
      startedAt: at,
      endedAt: at,
      ...rest,
    },
  });
}

function toMetric(item: Extract<HandedEvidence, { type: "word" }>): EvidenceMetric {
  return { key: normaliseMetric(item.metric), value: item.value, unit: item.unit, n: null };
}
