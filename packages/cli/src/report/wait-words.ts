import type { ReportWork } from "./report-model.ts";

/** What a thing that cannot move waits for, in a word or two. */
export const WAIT_WORDS: Readonly<Record<ReportWork["waitsFor"][number]["kind"], string>> = {
  person: "a person",
  agent: "an agent",
  time: "time",
  dead: "out of tries",
  gate: "a gate",
};
