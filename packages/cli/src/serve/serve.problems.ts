import type { ProblemTable } from "@holdpoint/core";

/** What starting a server may run into. */
export const serveProblems = {
  HP8040: {
    title: "The address is in use",
    message: "{address} cannot be listened on: {why}.",
    remedy:
      "Stop what listens there, or choose another port: holdpoint up --port {other}. With --port 0 any free one is taken.",
    why: "Two servers cannot answer at one address.",
    exit: 69,
    retryable: true,
  },
  HP8041: {
    title: "The port is no port",
    message: "{value} is no port.",
    remedy: "Give a whole number from 0 to 65535; 0 takes any free port.",
    why: "A mistyped port would otherwise be listened on, and nobody would find it.",
    exit: 64,
    retryable: false,
  },
  HP8042: {
    title: "A server is running on this data already",
    message: "The process {pid} serves the data in {folder} at {url}.",
    remedy: "Use that one, stop it first, or give another folder with --data-dir.",
    why: "The embedded database belongs to one process at a time. Several replicas need a PostgreSQL server: --database-url.",
    exit: 69,
    retryable: true,
  },
  HP8048: {
    title: "A setting of the database is out of range",
    message: "{name} cannot be {value}.",
    remedy: "Give a whole number from {least} to {most}, or unset {name}.",
    why: "A mistyped number would otherwise leave replicas without connections, or reads without an end.",
    exit: 64,
    retryable: false,
  },
} as const satisfies ProblemTable;
