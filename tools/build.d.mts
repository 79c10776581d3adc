/** Bundles the command line into packages/cli/dist; about a second. */
export function build(): Promise<void>;
