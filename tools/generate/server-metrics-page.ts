import { METRIC_TABLE, type MetricEntry } from "../../packages/server/src/observe/metric-table.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The reference page of the numbers at `/metrics`. */
export function serverMetricsPage(): string {
  const rows = Object.values<MetricEntry>(METRIC_TABLE).map(({ name, kind, labels, help }) => [
    `\`${name}\``,
    kind,
    labels.length === 0 ? "–" : labels.map((label) => `\`${label}\``).join(", "),
    help,
  ]);
  return [
    generatedFrom("packages/server/src/observe/metric-table.ts"),
    "# Numbers of a server\n\n",
    "`/metrics` has them for one process, in Prometheus' text format, beside those of the process itself (`process_…`,\n`nodejs_…`). How to read them is in the [guide](../guide/watch.md#numbers).\n\n",
    table(["name", "kind", "labels", "what it tells"], rows),
  ].join("");
}
