import type { ProblemTable } from "@holdpoint/core";

/** What can go wrong between Holdpoint and its database. */
export const storeProblems = {
  HP6001: {
    title: "No embedded database for this platform",
    message: "There is no embedded PostgreSQL for {platform} in this installation.",
    remedy:
      "Install again without `--omit=optional`, or start a PostgreSQL 15 or newer and set DATABASE_URL=postgres://user:password@host/database.",
    why: "The embedded database comes as an optional package for each platform (Linux and macOS, x64 and arm64, with glibc).",
    exit: 69,
    retryable: false,
  },
  HP6002: {
    title: "The embedded database cannot run as this user",
    message: "PostgreSQL refuses to run as root, and no other way was open: {tried}.",
    remedy:
      "Run Holdpoint as an ordinary user, or allow user namespaces, or start a PostgreSQL 15 or newer and set DATABASE_URL=postgres://user:password@host/database.",
    why: "PostgreSQL does not start with the rights of root. Holdpoint tries a user namespace first, then another user of this machine.",
    exit: 69,
    retryable: false,
  },
  HP6003: {
    title: "Another Holdpoint uses this directory",
    message: "{dir} is in use by process {pid} on {host} since {since}.",
    remedy: "Wait for it, or end it (`kill {pid}`), then run again. If that machine is gone, remove {file}.",
    why: "Two processes on one database directory would overrule each other. A lock of a process that is dead is taken over by itself.",
    exit: 69,
    retryable: true,
  },
  HP6004: {
    title: "The embedded database did not start",
    message: "PostgreSQL in {dir} did not start: {detail}",
    remedy:
      "Read {log}. If the directory is damaged, move it away to begin anew, or set DATABASE_URL to a PostgreSQL 15 or newer.",
    why: "Holdpoint keeps its state in PostgreSQL and does nothing without it, so that nothing is done without a record.",
    exit: 69,
    retryable: true,
  },
  HP6005: {
    title: "The database directory is of another PostgreSQL version",
    message: "{dir} was made by PostgreSQL {found}; this installation has {expected}.",
    remedy:
      "Use the Holdpoint that made it, or move the directory away to begin anew, or set DATABASE_URL to a server with a copy of the data.",
    why: "PostgreSQL does not open the directory of another major version.",
    exit: 69,
    retryable: false,
  },
  HP6006: {
    title: "The state directory cannot be written",
    message: "{dir} cannot be written: {detail}",
    remedy: "Give this user the right to write there, or set DATABASE_URL to a PostgreSQL 15 or newer.",
    why: "The embedded database, its lock and the evidence are kept in `.holdpoint/` beside the plan.",
    exit: 69,
    retryable: false,
  },
  HP6007: {
    title: "The database directory was not made by you",
    message: "{dir} is not a database that Holdpoint made for this user on this machine.",
    remedy:
      "Delete {dir} and run again to begin anew. If you copied or restored it yourself, run once with HOLDPOINT_ADOPT_DATABASE={dir}.",
    why: "A database directory can hold settings that run programs as it starts. One that came with a repository is never started.",
    exit: 69,
    retryable: false,
  },
  HP6008: {
    title: "The database directory asks for a recovery or other settings",
    message: "{file} would change how the database starts; Holdpoint writes no such file.",
    remedy: "Delete the file if you put it there; otherwise delete the database directory and run again to begin anew.",
    why: "A recovery runs a command that the settings name, and settings can load libraries.",
    exit: 69,
    retryable: false,
  },
  HP6009: {
    title: "The key for database directories cannot be used",
    message: "{file} cannot be used: {detail}",
    remedy:
      "Make the file and its folder readable and writable for you, or delete a damaged file; to keep it elsewhere, set XDG_CONFIG_HOME to a folder of yours.",
    why: "With this key Holdpoint knows the database directories that it made for you from those that came with a repository.",
    exit: 69,
    retryable: false,
  },
  HP6010: {
    title: "The database cannot be reached",
    message: "The database at {place} does not answer: {detail}",
    remedy: "Start the database or correct DATABASE_URL, then run again; what was committed is kept.",
    why: "Every change is written to PostgreSQL before anything depends on it. Without the database nothing changes.",
    exit: 69,
    retryable: true,
  },
  HP6011: {
    title: "The database server is too old",
    message: "The database at {place} is PostgreSQL {found}; 15 is the oldest that works.",
    remedy: "Use a PostgreSQL 15 or newer.",
    why: "The statements of Holdpoint are written and tested for PostgreSQL 15 and newer.",
    exit: 69,
    retryable: false,
  },
  HP6012: {
    title: "The database belongs to a newer Holdpoint",
    message: "The database has migration {found}, which this Holdpoint does not know; its newest is {known}.",
    remedy: "Update Holdpoint, or use another database.",
    why: "Migrations only go forward. An older program could write what the newer schema forbids.",
    exit: 69,
    retryable: false,
  },
  HP6013: {
    title: "A migration was changed after it was applied",
    message: "Migration {name} in the database has the checksum {found}; this Holdpoint has {expected}.",
    remedy: "Use the Holdpoint that made this database, or restore the migration as it was; changes go into a new one.",
    why: "An edited migration means that the schema in the database is not the one the program was tested with.",
    exit: 69,
    retryable: false,
  },
  HP6014: {
    title: "The Holdpoint whose database was joined has ended",
    message: "The database in {dir} was run by process {pid}, which has ended: {detail}",
    remedy: "Run the command again: it starts the database itself, or joins the next one. What was committed is kept.",
    why: "A command that joins the database of another process depends on that process. It never takes the database over halfway, because it does not hold the lock of the directory.",
    exit: 69,
    retryable: true,
  },
  HP6015: {
    title: "The running database cannot be shown to be yours",
    message: "{file} cannot be trusted: {detail}.",
    remedy: "Wait until the other process has ended, then run again. If it is not yours, find out whose it is.",
    why: "A running database is joined over a socket and a password. Both, and the folders around them, must belong to you and be closed to everyone else; otherwise another user could answer in its place.",
    exit: 69,
    retryable: false,
  },
  HP6016: {
    title: "The running database has another schema",
    message: "Process {pid} runs the database in {dir}, whose schema lacks {name}; this Holdpoint needs it.",
    remedy: "End that process (`kill {pid}`), then run again: the schema is brought up to date at the start.",
    why: "Whoever joins a running database does not change the schema below the process that runs it.",
    exit: 69,
    retryable: true,
  },
} as const satisfies ProblemTable;
