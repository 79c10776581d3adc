import type { CommandSpec, OptionSpec } from "./command.ts";
import { SERVER_COMMANDS } from "./command-table.server.ts";

const json: OptionSpec = { flags: "--json", about: "print one JSON object on standard output" };
const events: OptionSpec = {
  flags: "--events",
  about: "print JSON lines as things happen, the last being the --json object",
};
const trust: OptionSpec = { flags: "--trust", about: "allow the plan's commands to run, this once" };
const database: OptionSpec = {
  flags: "--database-url <url>",
  about: "use this PostgreSQL server",
  default: "DATABASE_URL, else the embedded one",
};
const plan = { name: "<plan>", about: "the plan document, Markdown or YAML" };

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "run",
    summary: "work the plan with local agents until its gates pass, and say what is verified",
    args: [plan],
    options: [
      trust,
      { flags: "--remember", about: "with --trust: also remember the consent in the trust file" },
      { flags: "--agents <dir>", about: "folder of agent manifests", default: "agents/ beside the plan" },
      { flags: "--dry-run", about: "show what would be offered to whom, in which order, and change nothing" },
      { flags: "--wait [duration]", about: "stay for gates that need time; without a duration, until interrupted" },
      { flags: "--scratch", about: "work in a copy of the plan's folder, so that your files stay as they are" },
      { flags: "--no-write-back", about: "leave the document as it is; without this, accepted tasks are ticked in it" },
      database,
      {
        flags: "--report <file>",
        about: "where the HTML report goes",
        default: ".holdpoint/report.html beside the plan",
      },
      { flags: "--result <file>", about: "also write the --json object to this file" },
      json,
      events,
    ],
    runsCommands: "after consent",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "verify",
    summary: "run the plan's checks, judge its gates, print claimed beside verified",
    args: [plan],
    options: [
      trust,
      { flags: "--remember", about: "with --trust: also remember the consent in the trust file" },
      {
        flags: "--only <key>",
        about:
          "look only at the gates, or the item, with this key (may be given again); the exit code still counts all",
        repeat: true,
      },
      database,
      {
        flags: "--report <file>",
        about: "write the HTML report here",
        default: ".holdpoint/report.html beside the plan",
      },
      json,
      events,
    ],
    runsCommands: "after consent",
    load: () => import("./commands/verify.ts"),
  },
  {
    name: "inspect",
    summary: "print what the plan says, as it was understood",
    args: [plan],
    options: [
      { flags: "--keys", about: "show the key of every item and gate, by which other commands name them" },
      { flags: "--why", about: "show confidence and reason of every item" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/inspect.ts"),
  },
  {
    name: "plan print",
    summary: "print the document from the model, byte for byte when nothing changed",
    args: [plan],
    options: [
      { flags: "--set <key=status>", about: "change the status of one item first (may be given again)", repeat: true },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/plan-print.ts"),
  },
  {
    name: "bind",
    summary: "write into the sidecar which check and metric speak for a gate",
    args: [
      plan,
      { name: "[gate]", about: "key or metric of the gate; without one, lists the gates that nothing speaks for" },
    ],
    options: [
      { flags: "--check <id>", about: "id of the check, or a command line of the plan" },
      { flags: "--metric <name>", about: "name of the metric that the check yields" },
      { flags: "--exit <code>", about: "let the check's exit status be the evidence; only 0 can be asked for" },
      { flags: "--criterion <text>", about: "the threshold, where the plan's own text could not be read" },
      { flags: "--min-tier <tier>", about: "least provenance tier, E0 to E4" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/bind.ts"),
  },
  {
    name: "gate sign",
    summary: "record that a named person saw what the gate asks for",
    args: [{ name: "<key>", about: "key or metric of the gate" }],
    options: [
      { flags: "--plan <file>", about: "the plan document", default: "the plan last used in this folder" },
      { flags: "--as <name>", about: "who signs (required)" },
      { flags: "--role <role>", about: "in which role" },
      { flags: "--reason <text>", about: "what was seen (required)" },
      database,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/gate-sign.ts"),
  },
  {
    name: "gate waive",
    summary: "let a gate pass without evidence for a limited time; shown and counted apart",
    args: [{ name: "<key>", about: "key or metric of the gate" }],
    options: [
      { flags: "--plan <file>", about: "the plan document", default: "the plan last used in this folder" },
      { flags: "--as <name>", about: "who waives (required)" },
      { flags: "--reason <text>", about: "why (required)" },
      { flags: "--expires <when>", about: "a duration such as 7d, or a date such as 2027-01-31 (required)" },
      database,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/gate-waive.ts"),
  },
  {
    name: "task list",
    summary: "list the plan's tasks as the work stands, each with its state and why",
    args: [plan],
    options: [
      { flags: "--state <state>", about: "only tasks in this state (may be given again)", repeat: true },
      database,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/task-list.ts"),
  },
  {
    name: "task redrive",
    summary: "hand tasks that are out of tries, or held, to the agents again",
    args: [plan, { name: "[key...]", about: "keys or ids of the tasks" }],
    options: [
      { flags: "--all-dead", about: "every task that is out of tries, instead of keys" },
      { flags: "--as <name>", about: "who decides it (required)" },
      { flags: "--reason <text>", about: "why another try can succeed (required)" },
      database,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/task-redrive.ts"),
  },
  {
    name: "task cancel",
    summary: "take a task out of the work; this cannot be taken back",
    args: [plan, { name: "<key>", about: "key or id of the task" }],
    options: [
      { flags: "--as <name>", about: "who decides it (required)" },
      { flags: "--reason <text>", about: "why (required)" },
      database,
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/task-cancel.ts"),
  },
  {
    name: "evidence add",
    summary: "from inside an attempt: hand in metrics or a report file as evidence",
    args: [{ name: "[metric...]", about: "metric=value[unit] or metric=state" }],
    options: [
      { flags: "--file <path>", about: "a report below the plan's folder (may be given again)", repeat: true },
      { flags: "--reader <format>", about: "how to read the file", default: "recognised from its content" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/evidence-add.ts"),
  },
  {
    name: "agent add",
    summary: "copy an agent that comes with Holdpoint beside the plan",
    args: [{ name: "[name...]", about: "names of the agents" }],
    options: [
      { flags: "--list", about: "list the agents that there are, and copy nothing" },
      { flags: "--to <dir>", about: "folder of agent manifests, below this one", default: "agents" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/agent-add.ts"),
  },
  {
    name: "trust",
    summary: "list the commands of a plan or of a folder of agents, and remember your consent to exactly these",
    args: [{ name: "<plan>", about: "the plan document, or a folder of agent manifests for agent run" }],
    options: [
      {
        flags: "--dir <dir>",
        about: "of a folder of agents: where their commands run",
        default: "the one that holds it",
      },
      { flags: "--yes", about: "agree to all of these, as they are now" },
      { flags: "--revoke", about: "forget the consent" },
      json,
    ],
    runsCommands: "no",
    load: () => import("./commands/trust.ts"),
  },
  ...SERVER_COMMANDS,
  {
    name: "doctor",
    summary: "say what works on this machine: database, isolation, limits, git, consent",
    args: [],
    options: [json],
    runsCommands: "no",
    load: () => import("./commands/doctor.ts"),
  },
];
