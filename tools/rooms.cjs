/**
 * Which room may import which. The direction is core <- contract <- store, evidence <- server; sdk sees core and
 * contract; agent sees these and sdk; trace sees none, and server, agent and cli see it; cli sees all. Packages are entered
 * through their index only.
 * @type {import("dependency-cruiser").IConfiguration}
 */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "core-is-pure",
      comment: "core imports nothing of Node and no other room",
      severity: "error",
      from: { path: "^packages/core/src", pathNot: "\\.test\\.ts$" },
      to: { dependencyTypes: ["core"] },
    },
    room("core", "contract|trace|store|evidence|server|sdk|agent|cli"),
    room("contract", "trace|store|evidence|server|sdk|agent|cli"),
    room("trace", "core|contract|store|evidence|server|sdk|agent|cli"),
    room("store", "trace|evidence|server|sdk|agent|cli"),
    room("evidence", "trace|store|server|sdk|agent|cli"),
    room("server", "sdk|agent|cli"),
    room("sdk", "trace|store|evidence|server|agent|cli"),
    room("agent", "store|evidence|server|cli"),
    {
      name: "one-door",
      comment: "another package is entered through its index",
      severity: "error",
      from: { path: "^packages/([^/]+)/src" },
      to: { path: "^packages/([^/]+)/src/(?!(?:testing/)?index\\.ts$)", pathNot: "^packages/$1/" },
    },
    {
      name: "server-rooms-one-door",
      comment: "a room of the server is entered through its index; only app.ts sees every room",
      severity: "error",
      from: { path: "^packages/server/src/([^/]+)/", pathNot: "\\.test\\.ts$" },
      to: { path: "^packages/server/src/([^/]+)/(?!index\\.ts$)", pathNot: "^packages/server/src/$1/" },
    },
    {
      name: "no-tests-in-production",
      severity: "error",
      from: { path: "^packages", pathNot: "(\\.test\\.ts|\\.testing\\.ts|/testing/[^/]+\\.ts)$" },
      to: { path: "(\\.test\\.ts|\\.testing\\.ts|/testing/)" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(/dist/|/node_modules/)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};

/** What a package may not import. */
function room(from, forbidden) {
  return {
    name: `${from}-looks-down-only`,
    severity: "error",
    from: { path: `^packages/${from}/src`, pathNot: "\\.test\\.ts$" },
    to: { path: `^packages/(${forbidden})/` },
  };
}
