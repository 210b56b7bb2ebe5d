import type { IrDocument } from './document.js';
/** What cache keys depend on besides the graph. */
export interface KeyContext {
    /** `HM_PIPELINE_ORG`, or `default`. */
    readonly org: string;
    /** The slug inside the repository. */
    readonly slug: string;
    /** Whole seconds since 1970. */
    readonly now: number;
    /** The environment of the rendering process. */
    readonly env: Readonly<Record<string, string | undefined>>;
    /** D of `ir.md` 2.3 for everything that the paths and globs of one policy name, in order. */
    digests(paths: readonly string[]): readonly string[];
}
/** The document with the key of each cached step written into its `cache` (`ir.md` 2.2). */
export declare function withCacheKeys(document: IrDocument, context: KeyContext): IrDocument;
export interface LookupParts {
    readonly cacheKey: string;
    readonly command: string;
    /** The node's env overlaid by the build's; no injected variables, no secret values. */
    readonly env: Readonly<Record<string, string>>;
    /** L of the `builds_in` parent, '' for a root. */
    readonly parent: string;
    /** Digest of paths, types, modes and bytes of the files that the step's policy watches; '' when it watches none. */
    readonly files: string;
}
/**
 * The key L (`ir.md` 2.5) under which the engine looks a cached step up, as hex SHA-256. The cache key has only the bytes of watched files, so that
 * L adds the rest of them; without watched files it is what earlier releases made.
 */
export declare function lookupKey({ cacheKey, command, env, parent, files }: LookupParts): string;
