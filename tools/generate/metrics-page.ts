import { REPORT_FORMATS } from "@holdpoint/contract";
import { METRICS } from "../../packages/evidence/src/metric-catalogue.ts";
import { generatedFrom } from "./markdown.ts";

/** The reference page of the metrics that readers yield by themselves. */
export function metricsPage(): string {
  const entries = Object.entries(METRICS);
  const byFormat = REPORT_FORMATS.map((format) => {
    const keys = entries
      .filter(([, definition]) => formatsOf(definition).includes(format))
      .map(([key]) => `\`${key}\``);
    return `| \`${format}\` | ${keys.length === 0 ? "the names on its lines" : keys.join(", ")} |`;
  });
  const rows = entries.map(
    ([key, definition]) =>
      `| \`${key}\` | ${definition.unit ?? "–"} | ${formatsOf(definition).join(", ")} | ${definition.meaning} |`,
  );
  const page = [
    "# Metrics that readers yield",
    "",
    "How to give evidence, and what makes it odd, is in the [guide](../guide/evidence.md).",
    "",
    "Counts are those of the report's body; its headers are only compared with them. Rates and durations are left out",
    "where a report is empty, malformed or truncated.",
    "",
    "| metric | unit | readers | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "## By reader",
    "",
    "| reader | metrics |",
    "| --- | --- |",
    ...byFormat,
    "",
  ].join("\n");
  return generatedFrom("packages/evidence/src/metric-catalogue.ts") + page;
}

function formatsOf(definition: { readonly formats: readonly string[] }): readonly string[] {
  return definition.formats;
}
