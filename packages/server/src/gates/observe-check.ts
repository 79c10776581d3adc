import { createReadStream } from "node:fs";
import type {
  CheckDefinition,
  EvidenceAnomaly,
  EvidencePredicate,
  EvidenceRecord,
  JudgedSubject,
} from "@holdpoint/core";
import {
  buildStatement,
  parseFormat,
  type ReportReading,
  readReport,
  runForReports,
  statementSubjects,
} from "@holdpoint/evidence";
import type { CheckRun, CheckRunner, SubjectReader } from "./check-runner.ts";

/** What an observation works with. */
export interface ObserveParts {
  readonly runner: CheckRunner;
  readonly subjects: SubjectReader;
}

/** For whom a check runs. */
export interface Observer {
  readonly tenant: string;
  readonly planDigest: string;
  readonly task: string | null;
  readonly attempt: number | null;
  /** Paths and globs of reports that the plan's checks write: no part of the subject. */
  readonly leaveOut: readonly string[];
}

/** One run of a check with the records it gave: at least one, also when it failed to start. */
export interface Observation {
  readonly check: CheckDefinition;
  readonly run: CheckRun;
  readonly records: readonly EvidenceRecord[];
  /** What made the readings odd, for people. */
  readonly notes: readonly string[];
}

/** Runs as part of verify or a lease, captured by Holdpoint's own runner. */
const TIER = "E2";
const RUNNER = "holdpoint";

/**
 * Runs a check once and turns what it printed and wrote into evidence.
 *
 * The subject is taken before and after; a difference is recorded as `tree_changed`, since nobody can say of which of
 * the two trees the evidence speaks. Output that is no report and no metric lines still makes a record, so that a newer
 * silent run replaces an older one that spoke.
 */
export async function observeCheck(
  parts: ObserveParts,
  observer: Observer,
  check: CheckDefinition,
  dir: string,
  signal?: AbortSignal,
): Promise<Observation> {
  const before = await place(parts.subjects, check, dir, observer.leaveOut);
  const { result: run, files } = await runForReports(
    dir,
    check.files,
    () => parts.runner.run({ check, dir, ...(signal === undefined ? {} : { signal }) }),
    { format: formatOf(check) },
  );
  const after = await place(parts.subjects, check, dir, observer.leaveOut);

  const stdout = await readStdout(check, run);
  const lost = files.problems.map((problem) => problem.message);
  const readings = [stdout, ...files.readings].filter((reading) => reading !== null);
  const changed = before.digest !== after.digest;
  const anomalies: EvidenceAnomaly[] = [
    ...(changed ? (["tree_changed"] as const) : []),
    ...(lost.length > 0 ? (["not_written_by_run"] as const) : []),
  ];
  const shared = predicateOf(check, run, observer, after);
  const statements = (readings.length === 0 ? [null] : readings).map((reading) =>
    buildStatement({
      subject: statementSubjects({ ...after.subject, plan: observer.planDigest }),
      predicate: {
        ...shared,
        artifacts: [...(shared.artifacts ?? []), ...files.artifacts],
        ...(reading === null
          ? {}
          : { reader: reading.reader, metrics: reading.metrics, inventoryDigest: reading.inventoryDigest }),
        anomalies: [...anomalies, ...(reading?.anomalies ?? [])],
      },
    }),
  );
  const notes = [
    ...readings.flatMap((reading) => reading.notes.map((note) => `${note.place}: ${note.message}`)),
    ...lost,
    ...run.scripts.flatMap(({ path, changed: own }) =>
      own ? [`${path} was changed by the attempt that it judges`] : [],
    ),
  ];
  return { check, run, records: statements, notes: changed ? ["the tree changed while it ran", ...notes] : notes };
}

interface Place {
  readonly subject: JudgedSubject;
  readonly inputs: EvidencePredicate["inputs"];
  /** What must not differ before and after: the inputs where the check names them, else the tree. */
  readonly digest: string;
}

async function place(
  subjects: SubjectReader,
  check: CheckDefinition,
  dir: string,
  leaveOut: readonly string[],
): Promise<Place> {
  const subject = await subjects.subjectOf(dir, { leaveOut });
  if (check.inputs.length === 0) return { subject, inputs: null, digest: subject.tree };
  const digest = await subjects.digestInputs(dir, check);
  return { subject, inputs: { globs: [...check.inputs], digest }, digest };
}

/**
 * Standard output as a report or metric lines.
 *
 * Null when the check speaks through files and printed no metric line: what it told people is then no evidence.
 */
async function readStdout(check: CheckDefinition, run: CheckRun): Promise<ReportReading | null> {
  const throughFiles = check.files.length > 0;
  const reading = await readReport(createReadStream(run.stdout.path), {
    format: throughFiles ? "metric-lines" : formatOf(check),
    place: "stdout",
    truncated: run.stdout.truncated,
  });
  return throughFiles && reading.metrics.length === 0 ? null : reading;
}

function formatOf(check: CheckDefinition): ReturnType<typeof parseFormat> | undefined {
  return check.reader === null ? undefined : parseFormat(check.reader);
}

function predicateOf(
  check: CheckDefinition,
  run: CheckRun,
  observer: Observer,
  after: Place,
): Parameters<typeof buildStatement>[0]["predicate"] {
  return {
    kind: "check",
    check: { id: check.id, digest: check.digest },
    producer: { agent: RUNNER, tenant: observer.tenant, task: observer.task, attempt: observer.attempt },
    tier: TIER,
    isolation: run.isolation.level,
    argv: run.argv,
    cwd: check.cwd ?? ".",
    ...(run.scripts.length === 0 ? {} : { scripts: run.scripts }),
    environmentDigest: run.environmentDigest,
    exit: { code: run.exitCode, signal: run.signal, timedOut: run.timedOut, started: run.started },
    startedAt: new Date(run.startedAt).toISOString(),
    endedAt: new Date(run.endedAt).toISOString(),
    artifacts: [
      { place: "stdout", digest: run.stdout.digest, size: run.stdout.size, truncated: run.stdout.truncated },
      { place: "stderr", digest: run.stderr.digest, size: run.stderr.size, truncated: run.stderr.truncated },
    ],
    inputs: after.inputs,
  };
}
