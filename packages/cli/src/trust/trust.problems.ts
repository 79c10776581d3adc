import type { ProblemTable } from "@holdpoint/core";

/** Problems with consent. */
export const trustProblems = {
  HP2101: {
    title: "The trust file was not written by you",
    message: "{file} is not sealed with your key for {plan}, so nothing it lists is trusted.",
    remedy:
      "Look at what the plan would run (holdpoint trust {arguments}), then agree anew with: holdpoint trust {arguments} --yes",
    why: "A repository could bring a trust file of its own and so give itself consent. Only a file that this user's key has sealed, for the plan at this very path, counts; one that came from another machine, another user or another folder does not.",
    exit: 2,
    retryable: false,
  },
  HP2102: {
    title: "The trust file cannot be read",
    message: "{file} is not a trust file: {why}.",
    remedy:
      "Look at what the plan would run (holdpoint trust {arguments}), then agree anew with: holdpoint trust {arguments} --yes",
    why: "A trust file that cannot be understood grants nothing.",
    exit: 2,
    retryable: false,
  },
  HP2103: {
    title: "Your key cannot be used",
    message: "Your key for sealing consent, {file}, cannot be used: {why}.",
    remedy: "{what} To keep it elsewhere, set XDG_CONFIG_HOME to a folder of yours, as an absolute path.",
    why: "Consent is sealed with a key that no repository can bring. Without it nothing can be remembered; --trust still agrees for one call.",
    exit: 69,
    retryable: false,
  },
} as const satisfies ProblemTable;
