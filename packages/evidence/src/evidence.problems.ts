import type { ProblemTable } from "@holdpoint/core";

/** What can go wrong with evidence before anyone judges it. */
export const evidenceProblems = {
  HP3001: {
    title: "Evidence file cannot be read",
    message: "The evidence file {place} cannot be read: {cause}.",
    remedy:
      "Let the check write {place}, readable for the user that runs Holdpoint, or name the file that it does write.",
    why: "A report that is not there proves nothing, so its gate stays closed.",
    exit: 2,
    retryable: true,
  },
  HP3002: {
    title: "Evidence path leads outside of the plan's folder",
    message: "The evidence path {place} is refused: {cause}.",
    remedy:
      "Name a file below the plan's folder by a relative path without `..`, and let no symbolic link lead out of it.",
    why: "A plan is a document from someone else. It may not make Holdpoint read, digest or publish other files of this machine.",
    exit: 2,
    retryable: false,
  },
  HP3003: {
    title: "Evidence path is not a regular file",
    message: "The evidence path {place} is {kind}, not a regular file.",
    remedy: "Name the report itself; for several files use a pattern such as `reports/*.xml`.",
    why: "A pipe or a device can block for ever or yield something else each time, and a folder has no content of its own.",
    exit: 2,
    retryable: false,
  },
  HP3004: {
    title: "Evidence file is too large",
    message: "The evidence file {place} has {size} bytes; at most {limit} are read.",
    remedy:
      "Let the check write less (leave captured output out of the report), or split the report over several files.",
    why: "A report that is read in part says nothing about the rest.",
    exit: 2,
    retryable: false,
  },
  HP3005: {
    title: "Unknown report format",
    message: "There is no reader named {format}.",
    remedy: "Use one of {known}, or leave the reader out, so that the format is told from the report.",
    why: "A report read by the wrong rules would be counted wrongly.",
    exit: 64,
    retryable: false,
  },
  HP3007: {
    title: "Not an evidence record",
    message: "This is not an evidence record: {cause}.",
    remedy: "Give a record as Holdpoint wrote it. The reference of the evidence record lists every field.",
    why: "A record is judged years later from its bytes alone, so each field must be what it says.",
    exit: 65,
    retryable: false,
  },
  HP3008: {
    title: "Evidence record does not match its digest",
    message: "The evidence record {expected} has the digest {actual}.",
    remedy: "Run the check again. If the store was copied by hand, copy it again from the original.",
    why: "Records are addressed by their content. A changed record is not the one that was produced.",
    exit: 2,
    retryable: false,
  },
  HP3009: {
    title: "No evidence file matches",
    message: "No file below the plan's folder matches {pattern}.",
    remedy: "See where the check writes its report, and correct the pattern, which is relative to the plan's folder.",
    why: "A check whose report was never found has proven nothing.",
    exit: 2,
    retryable: true,
  },
  HP3010: {
    title: "Too many evidence files match",
    message: "More than {limit} files were looked at for the pattern {pattern}.",
    remedy: "Name the folder of the reports in the pattern, such as `build/reports/*.xml` instead of `**/*.xml`.",
    why: "Looking through everything takes long and finds reports of other runs.",
    exit: 2,
    retryable: false,
  },
} as const satisfies ProblemTable;
