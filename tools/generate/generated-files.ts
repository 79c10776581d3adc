import { COMMANDS } from "../../packages/cli/src/command-table.ts";
import { VERSION } from "../../packages/cli/src/version.ts";
import { openApiDocument } from "../../packages/contract/src/api/openapi.ts";
import { OPERATIONS } from "../../packages/contract/src/api/operations.ts";
import { FLAGS } from "../../packages/contract/src/config/flags.ts";
import { SETTINGS } from "../../packages/contract/src/config/settings.ts";
import { jsonSchemaOf } from "../../packages/contract/src/json-schema.ts";
import { SCHEMAS } from "../../packages/contract/src/schemas.ts";
import { findProblems } from "../problem-tables.ts";
import { commandPage } from "./command-page.ts";
import { configPage } from "./config-page.ts";
import { exitCodePage } from "./exit-code-page.ts";
import type { FileSet } from "./file-set.ts";
import { flagPage } from "./flag-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { printJson } from "./print-json.ts";
import { problemIndex, problemPage } from "./problem-pages.ts";
import { schemaIndex, schemaPage } from "./schema-page.ts";
import { serverMetricsPage } from "./server-metrics-page.ts";

/** Everything that is generated, from what the code says now. */
export async function generatedFiles(root: string): Promise<FileSet> {
  const problems = await findProblems(root);
  const contents = new Map<string, string>();
  for (const shape of SCHEMAS) {
    const schema = jsonSchemaOf(shape);
    contents.set(`packages/contract/schemas/${shape.name}.schema.json`, printJson(schema));
    contents.set(`docs/reference/schemas/${shape.name}.md`, schemaPage(shape, schema));
  }
  contents.set("docs/reference/schemas/README.md", schemaIndex(SCHEMAS));
  for (const found of problems) contents.set(`docs/problems/${found.code}.md`, problemPage(found));
  contents.set("docs/problems/README.md", problemIndex(problems));
  contents.set("docs/reference/cli.md", commandPage(COMMANDS));
  contents.set("docs/reference/config.md", configPage(SETTINGS));
  contents.set("docs/reference/exit-codes.md", exitCodePage(problems));
  contents.set("docs/reference/flags.md", flagPage(FLAGS));
  contents.set("docs/reference/metrics.md", metricsPage());
  contents.set("docs/reference/server-metrics.md", serverMetricsPage());
  contents.set("docs/reference/openapi.json", printJson(openApiDocument(OPERATIONS, VERSION)));
  return { contents, folders: ["packages/contract/schemas", "docs/reference/schemas", "docs/problems"] };
}
