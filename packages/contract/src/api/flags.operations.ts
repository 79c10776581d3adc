import { z } from "zod";
import { moment } from "./common.ts";
import { operation } from "./operation.ts";

const value = z.union([z.boolean(), z.number(), z.string().max(100)]);
const level = z
  .enum(["tenant", "global"])
  .default("tenant")
  .describe("`tenant`: your own. `global`: every tenant that sets none of its own; only in the tenant local.");
const flagParams = z.object({ flag: z.string().max(100).describe("Name of the flag.") });

const flagView = z.object({
  name: z.string(),
  kind: z.enum(["boolean", "number", "enum"]),
  about: z.string().describe("What it does."),
  value: value.describe("What holds for your tenant: its own value, else the global one, else the default."),
  source: z.enum(["default", "global", "tenant"]).describe("Where that comes from."),
  default: value,
  global: value.nullable().describe("As it is set for all tenants; null when it is not."),
  tenant: value.nullable().describe("As it is set for yours; null when it is not."),
  least: z.number().nullable().describe("Bound of a number."),
  most: z.number().nullable().describe("Bound of a number."),
  choices: z.array(z.string()).nullable().describe("Words of an enum."),
  setBy: z.string().nullable().describe("Who set what holds; null for a default."),
  setAt: moment.nullable(),
});

/** All flags. */
export const listFlags = operation({
  id: "listFlags",
  method: "GET",
  path: "/v1/flags",
  tag: "access",
  summary: "List the flags with what holds for your tenant, by name",
  scope: "read",
  response: z.object({ flags: z.array(flagView) }),
});

/** One flag. */
export const getFlag = operation({
  id: "getFlag",
  method: "GET",
  path: "/v1/flags/{flag}",
  tag: "access",
  summary: "Get a flag",
  scope: "read",
  params: flagParams,
  response: flagView,
  problems: [404],
});

/** Sets a flag. */
export const putFlag = operation({
  id: "putFlag",
  method: "PUT",
  path: "/v1/flags/{flag}",
  tag: "access",
  summary: "Set a flag; it holds here at once, and on every replica within a second",
  scope: "admin",
  params: flagParams,
  body: z.object({ value, level }),
  response: flagView,
  problems: [404, 422],
});

/** Takes a set value away. */
export const deleteFlag = operation({
  id: "deleteFlag",
  method: "DELETE",
  path: "/v1/flags/{flag}",
  tag: "access",
  summary: "Set a flag back to what holds without the value of this level",
  scope: "admin",
  params: flagParams,
  query: z.object({ level }),
  response: flagView,
  problems: [404],
});
