import type { Operation } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import {
  deedOf,
  type Guards,
  guardedWrite,
  httpProblems,
  type Implementation,
  type Principal,
  Reply,
  type RequestFacts,
  type RequestParts,
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
    by: CalledBy,
  ): Promise<R>;
  /** Records that somebody tried what the scopes of the token do not allow. Never throws. */
  recordRefused(operation: Pick<Operation, "id">, by: CalledBy): Promise<void>;
}

/** Who calls, and through what. */
export interface CalledBy {
  readonly principal: Principal;
  readonly request: RequestFacts;
  /** Name of the tool that calls, for the audit log. */
  readonly tool: string;
}

/**
 * A caller of these implementations. Who may call what is for whoever uses it to decide.
 *
 * @param audit records every write as over HTTP, with the tool that it came through
 */
export function createOperationCaller(
  implementations: readonly Implementation[],
  audit?: Guards["audit"],
): OperationCaller {
  const guards: Guards = audit === undefined ? {} : { audit };
  const known = new Map(implementations.map((one) => [one.operation.id, one]));
  return {
    offers: ({ id }) => known.has(id),
    async call(operation, given, by) {
      const implementation = known.get(operation.id);
      if (implementation === undefined) {
        throw problem(httpProblems, "HP9102", { method: operation.method, path: operation.path });
      }
      const { principal, request, tool } = by;
      const { params = {}, query = {}, body } = given;
      const parts = validateRequest(implementation.operation, { params, query, body });
      const handle = (): Promise<unknown> => implementation.handle({ ...parts, principal, request });
      const answer = operation.method === "GET" ? await handle() : await write(implementation.operation, parts, handle);
      // As over HTTP, what the schema does not name is not told.
      return operation.response.parse(answer instanceof Reply ? answer.body : answer);

      async function write(asked: Operation, of: RequestParts, perform: () => Promise<unknown>): Promise<unknown> {
        let done: unknown;
        const deed = { operation: asked, principal, parts: of, key: null, trace: request.traceId, tool };
        await guardedWrite(guards, deed, async () => {
          done = await perform();
          const status = (done instanceof Reply ? done.status : null) ?? asked.status ?? 200;
          return { status, headers: {}, text: "" };
        });
        return done;
      }
    },
    async recordRefused({ id }, { principal, request, tool }) {
      const operation = known.get(id)?.operation;
      if (operation === undefined || operation.method === "GET" || audit?.covers(operation) !== true) return;
      const asked = { params: {}, query: undefined, body: undefined };
      const deed = deedOf(operation, principal, asked, request.traceId, tool);
      await audit.record({ ...deed, status: 403, code: "HP9104" });
    },
  };
}
