/**
 * `npm run record:protocol`: writes down what clients and the server of this version say to each other, so that later
 * servers can be held to it: replicas of two versions serve side by side while a deployment rolls. A version that is
 * released keeps its recording; `-- --again` replaces that of the version that is being made.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../packages/cli/src/version.ts";
import { printJson } from "../../tools/generate/print-json.ts";
import { PlaceMaker } from "./places.ts";
import { RECORDINGS } from "./read-recordings.ts";
import { startRecordingProxy } from "./recording-proxy.ts";
import { playScenario } from "./scenario.ts";
import { serveForProtocol } from "./serve-recorded.ts";
import { recordStreams } from "./streams.ts";

const folder = join(RECORDINGS, `v${VERSION}`);
if (existsSync(folder) && !process.argv.includes("--again")) {
  process.stderr.write(
    `${folder} is there already. If ${VERSION} is not released yet: npm run record:protocol -- --again\n`,
  );
  process.exit(64);
}
const server = await serveForProtocol();
const places = new PlaceMaker();
// The first place of its kind, in every recording.
places.text(server.token);
const proxy = await startRecordingProxy(server.url, places);
try {
  await playScenario(proxy.url, server.token);
  const exchanges = [...proxy.exchanges];
  const streams = await recordStreams(server.url, server.token, places, proxy);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "exchanges.json"), printJson(exchanges));
  writeFileSync(join(folder, "streams.json"), printJson(streams));
  process.stdout.write(`${folder}: ${exchanges.length} exchanges, ${streams.length} streams\n`);
} finally {
  await proxy.close();
  await server.stop();
}
