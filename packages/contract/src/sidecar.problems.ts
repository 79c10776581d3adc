import type { ProblemTable } from "@holdpoint/core";

/** Problems with the sidecar, the file that binds checks to gates. */
export const sidecarFileProblems = {
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
    message:
      "{file}: {name} is the metric of several gates ({keys}), and its {what} would replace the threshold of each.",
    remedy: "Write an entry for each gate, under its key.",
    why: "A metric's name may say which check measures it for every gate. A threshold is said for each gate alone: one for all would let the strictest of them go.",
    exit: 65,
    retryable: false,
  },
  HP2206: {
    title: "Two checks of the sidecar have one id",
    message: "{file}: the check {id} stands at line {line} and again at line {again}.",
    remedy: "Give one of them another id, and name it in the gates that it speaks for.",
    why: "Evidence is kept by the check's id; two commands under one id would speak for each other.",
    exit: 65,
    retryable: false,
  },
  HP2207: {
    title: "A gate of the sidecar names a check that is not there",
    message: "{file}: the gate {gate} names the check {id}, which neither the sidecar nor the plan has.",
    remedy: "Add a check with this id under checks, or name one of: {known}.",
    why: "A gate whose check does not exist would wait for evidence for ever.",
    exit: 65,
    retryable: false,
  },
  HP2208: {
    title: "A threshold in the sidecar cannot be understood",
    message: "{file}: the criterion {text} of the gate {gate} is no threshold that Holdpoint can read.",
    remedy: "Write it as in docs/guide/criteria.md, such as '>= 80 %', '< 500ms' or '203/203 passing'.",
    why: "A threshold that is understood only in part would be a weaker demand than the one written.",
    exit: 65,
    retryable: false,
  },
  HP2209: {
    title: "An exit status that is no success is bound to a gate",
    message: "{file}: gates.{gate}.exit is {status}, and only 0 can open a gate.",
    remedy:
      "Write exit: 0. Where another status is the good one, let the command turn it around, such as: sh -c 'mycheck; test $? -eq {status}'.",
    why: "A status other than 0 is how a command says that it failed, was killed or could not start: counting it as good would let broken checks pass.",
    exit: 65,
    retryable: false,
  },
} as const satisfies ProblemTable;
