export * from "./criteria/criterion.ts";
export * from "./evidence/record.ts";
export * from "./judge/verdict.ts";
export * from "./plan/inspection.ts";
export * from "./problem.ts";
export * from "./runtime.ts";
