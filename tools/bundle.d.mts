import type { BuildOptions } from "esbuild";

/** What a bundle of ours is, whatever it begins with. */
export declare const BUNDLE: BuildOptions & { readonly write?: true };
