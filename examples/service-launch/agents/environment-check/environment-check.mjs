/** Agent `environment-check`: looks whether the machine has what the work needs; each requirement is a test point. */
import { statfsSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { freemem } from "node:os";
import { agent, counted, numberOption, WrongCall } from "../shared/agent.mjs";
import { programPath } from "../shared/run.mjs";

const MIB = 1 << 20;
const list = (value, about) => ({ type: "string", multiple: true, value, about: `${about} (may be given again)` });

await agent({
  name: "environment-check",
  about: "Checks Node's version, free disk and memory, programs on the path, and ports. Hands over a TAP report.",
  options: {
    node: { type: "string", default: "20.19", value: "VERSION", about: "least version of Node" },
    disk: { type: "string", default: "512", value: "MIB", about: "least free disk in the plan's folder" },
    memory: { type: "string", default: "128", value: "MIB", about: "least memory that is not in use" },
    program: list("NAME", "a program that must be there"),
    env: list("NAME", "an environment variable that must be set"),
    free: list("PORT", "a port of 127.0.0.1 that nobody may hold"),
    open: list("HOST:PORT", "a port that must answer"),
  },
  report: { path: "build/environment.tap", reader: "tap" },
  async work({ options, progress, evidence, report }) {
    const least = /^\d+(\.\d+){0,2}$/.test(options.node) ? options.node : null;
    if (least === null) throw new WrongCall("--node must be a version such as 20.19");
    const [disk, memory] = [numberOption(options, "disk"), numberOption(options, "memory")];
    const { bavail, bsize } = statfsSync(".");
    const freeDisk = Math.floor((bavail * bsize) / MIB);
    const freeMemory = Math.floor(freemem() / MIB);
    const ports = (options.free ?? []).map((port) => portOf(port));
    const targets = (options.open ?? []).map((target) => targetOf(target));
    const points = [
      [`Node ${process.versions.node} is ${least} or newer`, isAtLeast(process.versions.node, least)],
      [`${freeDisk} MiB of disk are free, ${disk} needed`, freeDisk >= disk],
      [`${freeMemory} MiB of memory are free, ${memory} needed`, freeMemory >= memory],
      ...(options.program ?? []).map((name) => [`${name} is on the path`, programPath(name) !== null]),
      ...(options.env ?? []).map((name) => [`${name} is set`, (process.env[name] ?? "") !== ""]),
      ...(await Promise.all(ports.map(async (port) => [`port ${port} is free`, await isFree(port)]))),
      ...(await Promise.all(targets.map(async (target) => [`${target.text} answers`, await answers(target)]))),
    ];
    progress(0.8, `${counted(points.length, "requirement")} looked at`);
    const lines = points.map(
      ([name, ok], index) => `${ok ? "ok" : "not ok"} ${index + 1} - ${name.replaceAll("#", "")}\n`,
    );
    const path = report(`TAP version 13\n1..${points.length}\n${lines.join("")}`);
    const unmet = points.filter(([, ok]) => !ok).map(([name]) => name);
    evidence("environment", unmet.length === 0 ? "ready" : "not_ready");
    evidence("requirements_unmet", unmet.length);
    evidence("free_disk", freeDisk, "MiB");
    evidence("free_memory", freeMemory, "MiB");
    const summary = `${points.length - unmet.length} of ${counted(points.length, "requirement")} hold; report in ${path}`;
    return {
      ok: unmet.length === 0,
      summary: unmet.length === 0 ? summary : `${summary}. Not so: ${unmet.join("; ")}`,
    };
  },
});

function isAtLeast(version, least) {
  const [have, want] = [version, least].map((text) => text.split(".").map(Number));
  for (const index of [0, 1, 2]) {
    const [a = 0, b = 0] = [have[index], want[index]];
    if (a !== b) return a > b;
  }
  return true;
}

function portOf(text) {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new WrongCall(`a port must be a number from 1 to 65535, not ${text}`);
}

function targetOf(text) {
  const at = text.lastIndexOf(":");
  if (at < 1) throw new WrongCall(`--open must be HOST:PORT, not ${text}`);
  return { text, host: text.slice(0, at), port: portOf(text.slice(at + 1)) };
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

function answers({ host, port }) {
  return new Promise((done) => {
    const socket = createConnection({ host, port, timeout: 2_000 });
    const end = (open) => {
      socket.destroy();
      done(open);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
