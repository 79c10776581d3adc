import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Asset } from "../http/index.ts";

/** Script and style of the reference, as their package brings them: served from here, so that no other host is needed. */
const FILES = [
  { name: "swagger-ui-bundle.js", type: "text/javascript; charset=utf-8" },
  { name: "swagger-ui.css", type: "text/css; charset=utf-8" },
] as const;

/** The interactive reference at `/docs`. It has no script or style inside the page, as the content security policy asks. */
export function docsAssets(): readonly Asset[] {
  const page = (path: string): Asset => ({
    path,
    type: "text/html; charset=utf-8",
    read: () => Promise.resolve(PAGE),
  });
  return [
    page("/docs"),
    page("/docs/"),
    { path: "/docs/start.js", type: "text/javascript; charset=utf-8", read: () => Promise.resolve(START) },
    ...FILES.map(({ name, type }) => ({ path: `/docs/${name}`, type, read: () => readFile(join(filesDir(), name)) })),
  ];
}

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdpoint: HTTP reference</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** `validatorUrl: null` keeps the page from asking a validator elsewhere. */
const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null,
  layout: "BaseLayout",
});
`;

/** Beside the bundled program, where the build copies them; else in their package. */
function filesDir(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const bundled = [join(here, "docs-ui"), join(here, "..", "docs-ui")].find((dir) => existsSync(dir));
  return bundled ?? join(dirname(createRequire(import.meta.url).resolve("@fastify/swagger-ui")), "static");
}
