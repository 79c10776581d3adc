import type { CommandSpec, OptionSpec } from "./command.ts";

const json: OptionSpec = { flags: "--json", about: "print one JSON object on standard output" };
const server: readonly OptionSpec[] = [
  { flags: "--url <url>", about: "address of the server", default: "HOLDPOINT_URL, else the one of this folder" },
  { flags: "--token <token>", about: "token for the server", default: "HOLDPOINT_TOKEN, else that of your own server" },
];

/** Commands of the control plane and of those who work for it, in the order of the help. */
export const SERVER_COMMANDS: readonly CommandSpec[] = [
  {
    name: "up",
    summary: "start the control plane: HTTP and its data, until Ctrl-C",
    args: [],
    options: [
      {
        flags: "--port <port>",
        about: "port to listen on; 0 takes any free one",
        default: "HOLDPOINT_PORT, else 5005",
      },
      { flags: "--host <address>", about: "address to listen on", default: "127.0.0.1" },
      { flags: "--data-dir <dir>", about: "folder of the embedded database", default: "this folder" },
      {
        flags: "--database-url <url>",
        about: "use this PostgreSQL server, as one of any number of replicas",
        default: "DATABASE_URL, else the embedded one",
      },
      {
        flags: "--redis-url <url>",
        about: "Redis in which replicas share their rate limits",
        default: "REDIS_URL, else each counts for itself",
      },
      { flags: "--log-level <level>", about: "silent, error, warn, info or debug", default: "info" },
      { flags: "--config <file>", about: "the configuration file", default: "holdpoint.config.yaml in this folder" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/up.ts"),
  },
  {
    name: "backup",
    summary: "write the whole database into a file, also while a server works on it",
    args: [{ name: "<file>", about: "the file to write; it must not exist yet" }],
    options: [
      { flags: "--data-dir <dir>", about: "folder of the embedded database", default: "this folder" },
      {
        flags: "--database-url <url>",
        about: "back this PostgreSQL server up",
        default: "DATABASE_URL without --data-dir, else the embedded one",
      },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/backup.ts"),
  },
  {
    name: "restore",
    summary: "read a backup into a database that nothing has used yet: all of it, or nothing",
    args: [{ name: "<file>", about: "a file that backup wrote" }],
    options: [
      {
        flags: "--to <place>",
        about: "address of a PostgreSQL server, or a folder for an embedded database (required)",
      },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/restore.ts"),
  },
  {
    name: "db move",
    summary: "copy a whole database into another that nothing has used yet, embedded to server or back",
    args: [],
    options: [
      {
        flags: "--from <place>",
        about: "address of a PostgreSQL server, or folder of an embedded database (required)",
      },
      {
        flags: "--to <place>",
        about: "address of a PostgreSQL server, or a folder for an embedded database (required)",
      },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/db-move.ts"),
  },
  {
    name: "agent run",
    summary: "work for a server with the agents of a folder, until stopped",
    args: [],
    options: [
      { flags: "--trust", about: "allow the agents' commands to run, this once" },
      { flags: "--remember", about: "with --trust: also remember the consent in the trust file" },
      { flags: "--agents <dir>", about: "folder of agent manifests", default: "agents/" },
      ...server,
      {
        flags: "--token-file <file>",
        about: "file with the token, which is renewed there",
        default: "HOLDPOINT_TOKEN_FILE",
      },
      { flags: "--name <name>", about: "name of this runner, unique at the server", default: "the host's name" },
      { flags: "--dir <dir>", about: "folder that the commands run in", default: "the one that holds agents/" },
      { flags: "--state <dir>", about: "where reports wait", default: "~/.local/state/holdpoint/runners/NAME" },
      { flags: "--concurrency <n>", about: "attempts of all agents at one time", default: "4 for each processor" },
      { flags: "--lease <duration>", about: "how long a lease runs without renewal", default: "10s" },
      { flags: "--health-port <port>", about: "where its own /health is, on loopback", default: "any free port" },
      { flags: "--dry-run", about: "show the commands that could be run, and do nothing" },
      json,
    ],
    runsCommands: "after consent",
    load: () => import("./commands/agent-run.ts"),
  },
  {
    name: "agent discover",
    summary: "make agent manifests from a folder of scripts",
    args: [{ name: "<dir>", about: "folder of shell, Python, Node, Ruby or Perl scripts" }],
    options: [
      { flags: "--out <dir>", about: "where the manifests go", default: "agents/" },
      { flags: "--write", about: "write them; manifests that are there stay as they are" },
      { flags: "--dry-run", about: "only show them, which is what happens without --write" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/agent-discover.ts"),
  },
  {
    name: "agent list",
    summary: "list the agents of a server, and how each is",
    args: [],
    options: [...server, json],
    runsCommands: "no",
    load: () => import("./commands/agent-list.ts"),
  },
  {
    name: "token create",
    summary: "make a token at a server; it is printed once, alone on standard output",
    args: [{ name: "<name>", about: "who or what will hold it; shown in audit and events" }],
    options: [
      { flags: "--kind <kind>", about: "admin, operator, planner, agent, runner, reader or signer (required)" },
      { flags: "--scope <scope>", about: "what it allows, in place of its kind's (may be given again)", repeat: true },
      { flags: "--expires <duration>", about: "how long it is valid, 366d at most", default: "30d" },
      ...server,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/token-create.ts"),
  },
  {
    name: "token list",
    summary: "list the tokens of a server's tenant, without the tokens themselves",
    args: [],
    options: [...server, json],
    runsCommands: "no",
    load: () => import("./commands/token-list.ts"),
  },
  {
    name: "token rotate",
    summary: "make a token with the same rights, which takes the place of an old one",
    args: [{ name: "<id>", about: "id of the old one, as token list shows it" }],
    options: [
      { flags: "--expires <duration>", about: "how long the new one is valid", default: "as the old one was" },
      { flags: "--overlap <duration>", about: "how long the old one stays valid beside it", default: "1h" },
      ...server,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/token-rotate.ts"),
  },
  {
    name: "token revoke",
    summary: "end a token at once",
    args: [{ name: "<id>", about: "id of the token, as token list shows it" }],
    options: [
      { flags: "--successors", about: "end all that took its place too: for a token that leaked" },
      ...server,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/token-revoke.ts"),
  },
  {
    name: "config explain",
    summary: "print every setting of the server with its value and where that comes from",
    args: [],
    options: [
      { flags: "--config <file>", about: "the configuration file", default: "holdpoint.config.yaml in this folder" },
      { flags: "--set <name=value>", about: "a setting as an option would give it (may be given again)", repeat: true },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/config-explain.ts"),
  },
  {
    name: "audit export",
    summary: "print a server's audit log as JSON lines, from its first entry",
    args: [],
    options: [
      {
        flags: "--server <url>",
        about: "address of the server",
        default: "HOLDPOINT_URL, else the one of this folder",
      },
      { flags: "--checkpoints", about: "print the signed checkpoints instead" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/audit-export.ts"),
  },
  {
    name: "audit verify",
    summary: "verify an exported audit log against checkpoints that were kept elsewhere, without a server",
    args: [{ name: "<file>", about: "the log, as audit export printed it" }],
    options: [
      { flags: "--checkpoints <file>", about: "the checkpoints, as they were kept (required)" },
      {
        flags: "--key <file>",
        about: "a public key of the installation, PEM (required; may be given again)",
        repeat: true,
      },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/audit-verify.ts"),
  },
  {
    name: "init",
    summary: "tell agents in this folder how to work with Holdpoint: .mcp.json and a managed block in AGENTS.md",
    args: [],
    options: [
      { flags: "--command <path>", about: "how agents start Holdpoint", default: "holdpoint" },
      { flags: "--dry-run", about: "show what would be written, and change nothing" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/init.ts"),
  },
  {
    name: "mcp",
    summary: "the server's tools over standard input and output (Model Context Protocol)",
    args: [],
    options: [
      { flags: "--check", about: "only say whether the server answers, and which tools the token opens" },
      { flags: "--json", about: "like --check, as one JSON object on standard output" },
    ],
    runsCommands: "no",
    load: () => import("./commands/mcp.ts"),
  },
];
