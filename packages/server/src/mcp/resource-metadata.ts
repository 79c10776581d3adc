import { TOOL_SCOPES } from "./tools.ts";

/** Where RFC 9728 puts the metadata of `/mcp`, and where clients that leave the path out look for it. */
export const METADATA_PATHS = [
  "/.well-known/oauth-protected-resource/mcp",
  "/.well-known/oauth-protected-resource",
] as const;

/** RFC 9728 metadata of a protected resource. */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers?: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly ["header"];
  readonly resource_name: string;
  readonly resource_documentation: string;
}

/**
 * What `/mcp` says of its tokens.
 *
 * @param base address of the server as the client reached it, without a path
 * @param authorizationServers issuers whose tokens it takes; left out when it takes only its own, which nobody issues
 *   over OAuth
 */
export function resourceMetadata(base: string, authorizationServers: readonly string[]): ResourceMetadata {
  return {
    resource: `${base}/mcp`,
    ...(authorizationServers.length === 0 ? {} : { authorization_servers: authorizationServers }),
    scopes_supported: TOOL_SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "Holdpoint",
    resource_documentation: `${base}/docs`,
  };
}

/** `WWW-Authenticate` of a refusal: RFC 6750 with the address of the metadata. */
export function challenge(base: string, status: 401 | 403, wasGiven: boolean): string {
  const error = status === 403 ? "insufficient_scope" : wasGiven ? "invalid_token" : null;
  const parts = [
    'realm="holdpoint"',
    ...(error === null ? [] : [`error="${error}"`]),
    ...(status === 403 ? [`scope="${TOOL_SCOPES.join(" ")}"`] : []),
    `resource_metadata="${base}${METADATA_PATHS[0]}"`,
  ];
  return `Bearer ${parts.join(", ")}`;
}
