import type { ProblemTable } from "@holdpoint/core";

/** Problems with the sidecar, the file that binds checks to gates. */
export const SIDECAR_FILE_PROBLEMS = {
  HP2201: {
    title: "The sidecar is not YAML that can be read",
    message: "{file} {what}.",
    remedy: "Mend the line that is named. One document, plain YAML 1.2, no tags, no key twice.",
    why: "A binding that cannot be read for certain binds nothing, and judging without it could ask too little of a gate.",
    exit: 65,
    retryable: false,
  },
  HP2202: {
    title: "The sidecar has a key that is not known",
    message: "{file}: {field} {what}{more}.",
    remedy: "Correct the spelling or take the line out; docs/reference/schemas/sidecar.md lists every key.",
    why: "A mistyped key would be a rule that silently does not apply.",
    exit: 65,
    retryable: false,
  },
  HP2203: {
    title: "A value in the sidecar does not fit",
    message: "{file}: {field}: {what}{more}.",
    remedy: "Change the value; docs/reference/schemas/sidecar.md says what each key takes.",
    why: "A value of another kind than the one expected could mean something else than was intended.",
    exit: 65,
    retryable: false,
  },
  HP2204: {
    title: "The sidecar cannot be changed in place",
    message: "{file} was left as it is: {why}.",
    remedy: "Add these lines by hand:\n{lines}",
    why: "Holdpoint changes the sidecar only where every other byte, comments included, can stay.",
    exit: 65,
    retryable: false,
  },
  HP2205: {
    title: "A name in the sidecar means several gates",
    message: "{file}: {name} is the metric of several gates ({keys}), and {what} would apply to all of them.",
    remedy: "Write an entry for each gate, under its key.",
    why: "A metric's name may say which check measures it for every gate. What a gate asks for is said for each gate alone.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
