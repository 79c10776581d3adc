import type { Operation } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import {
  httpProblems,
  type Implementation,
  type Principal,
  Reply,
  type RequestFacts,
  validateRequest,
} from "../http/index.ts";

/** What a call carries; checked by the operation's own schemas. */
export interface Given<P, Q, B> {
  readonly params?: P;
  readonly query?: Partial<Q>;
  readonly body?: B;
}

/** Calls the operations of the HTTP interface from inside the process: same checks, same use cases, same answers. */
export interface OperationCaller {
  /** Whether this server implements an operation. */
  offers(operation: Pick<Operation, "id">): boolean;
  /** @throws what the operation refuses; HP9101 when the input does not fit; HP9102 when it is not implemented */
  call<P, Q, B, R>(
    operation: Operation<P, Q, B, R>,
    given: Given<NoInfer<P>, NoInfer<Q>, NoInfer<B>>,
    by: { readonly principal: Principal; readonly request: RequestFacts },
  ): Promise<R>;
}

/** A caller of these implementations. Who may call what is for whoever uses it to decide. */
export function createOperationCaller(implementations: readonly Implementation[]): OperationCaller {
  const known = new Map(implementations.map((one) => [one.operation.id, one]));
  return {
    offers: ({ id }) => known.has(id),
    async call(operation, given, by) {
      const implementation = known.get(operation.id);
      if (implementation === undefined) {
        throw problem(httpProblems, "HP9102", { method: operation.method, path: operation.path });
      }
      const { params = {}, query = {}, body } = given;
      const validated = validateRequest(implementation.operation, { params, query, body });
      const answer = await implementation.handle({ ...validated, ...by });
      // As over HTTP, what the schema does not name is not told.
      return operation.response.parse(answer instanceof Reply ? answer.body : answer);
    },
  };
}
