#!/usr/bin/env node
// The committed launcher: npm links it at install, before anything is built.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`holdpoint needs Node.js 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(69);
}
try {
  await import("../dist/main.js");
} catch (error) {
  if (error?.code !== "ERR_MODULE_NOT_FOUND" || !String(error.message).includes("dist/main.js")) throw error;
  process.stderr.write("holdpoint is not built yet. Run `npm run build` in its folder and try again.\n");
  process.exit(69);
}
