import type { ProblemTable } from "@holdpoint/core";

/** Problems with files that a command is pointed at. */
export const placeProblems = {
  HP8001: {
    title: "There is no such plan",
    message: "{file} does not exist.",
    remedy: "Check the path; it is taken relative to the folder you are in.",
    why: "A command works on one plan document, given by its path.",
    exit: 65,
    retryable: false,
  },
  HP8002: {
    title: "The plan cannot be opened",
    message: "{file} cannot be opened ({why}).",
    remedy: "Give yourself read permission for the file and its folders, then try again.",
    why: "The operating system refused to open the file.",
    exit: 65,
    retryable: false,
  },
  HP8003: {
    title: "The plan is a folder",
    message: "{file} is a folder, not a plan document.",
    remedy: "Name the Markdown or YAML file inside it.",
    why: "A plan is one document. Folders of documents are not read as one plan.",
    exit: 65,
    retryable: false,
  },
  HP8004: {
    title: "The plan is too large",
    message: "{file} has {size}; at most {limit} are read.",
    remedy: "Split the document into several plans. A plan of 200,000 tasks has about 12 MiB.",
    why: "A document of this size is hardly a plan, and reading it would hold all of it in memory.",
    exit: 65,
    retryable: false,
  },
  HP8005: {
    title: "A file cannot be written",
    message: "{file} cannot be written ({why}).",
    remedy: "Give yourself write permission there and see that the disk has room, then try again.",
    why: "The operating system refused. Files are written beside their place and then moved there, so what stood there before is unharmed.",
    exit: 69,
    retryable: true,
  },
  HP8006: {
    title: "The sidecar cannot be opened",
    message: "{file} cannot be opened ({why}).",
    remedy: "Make it a readable UTF-8 text file of at most 4 MiB, or take it away if the plan needs none.",
    why: "A sidecar can make gates stricter. Going on without one that is there would judge them by less than was asked.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
