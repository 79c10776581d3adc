import { problem } from "@holdpoint/core";
import type { AddressGuard } from "./address-guard.ts";
import type { NewCallback } from "./callback.types.ts";
import { makeSecret } from "./callback-secret.ts";
import { callbackProblems } from "./callbacks.problems.ts";

/** What a caller asks for. */
export interface WantedCallback {
  readonly url: string;
  readonly secret?: string | undefined;
}

/** A callback that is to be stored, and what its caller is told of it. */
export interface MadeCallback {
  readonly callback: NewCallback;
  /** The secret is null when the caller knows it already. */
  readonly told: { readonly id: string; readonly secret: string | null };
}

/**
 * Makes a callback. An address that is written as numbers is judged here, a name when it is looked up.
 *
 * @throws HP5030
 */
export function makeCallback(
  { guard, schemes }: { readonly guard: AddressGuard; readonly schemes: "any" | "https" },
  newId: () => string,
  { url, secret }: WantedCallback,
): MadeCallback {
  const target = new URL(url);
  const why = !fitsSchemes(target, schemes)
    ? "only https is allowed in this tenant"
    : guard.mayAsk(target)
      ? null
      : "it is inside of a private or special network";
  if (why !== null) throw problem(callbackProblems, "HP5030", { origin: target.origin, why }, { field: "url" });
  const callback = { callbackId: newId(), url, secret: secret ?? makeSecret() };
  return { callback, told: { id: callback.callbackId, secret: secret === undefined ? callback.secret : null } };
}

/** Whether an address is one of those that the flag `callback-schemes` lets be used. */
export function fitsSchemes({ protocol }: URL, schemes: "any" | "https"): boolean {
  return schemes === "any" || protocol === "https:";
}
