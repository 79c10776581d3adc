/** Check `contract`: which share of the service's routes docs/contract.md describes. */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { ROUTES } = await import(pathToFileURL("service/routes.mjs").href);
const contract = readFileSync("docs/contract.md", "utf8");
const missing = ROUTES.filter(({ method, path }) => !contract.includes(`\`${method} ${path}\``));

for (const { method, path } of missing) process.stderr.write(`docs/contract.md does not describe ${method} ${path}\n`);
process.stdout.write(`documented_routes=${Math.floor((100 * (ROUTES.length - missing.length)) / ROUTES.length)}%\n`);
