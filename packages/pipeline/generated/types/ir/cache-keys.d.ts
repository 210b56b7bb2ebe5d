import type { IrDocument } from './document.js';
/** Inputs of cache keys besides the graph. */
export interface KeyContext {
    /** `HM_PIPELINE_ORG`, or `default`. */
    readonly org: string;
    /** The slug inside the repository. */
    readonly slug: string;
    /** Whole seconds since 1970. */
    readonly now: number;
    /** The environment of the rendering process. */
    readonly env: Readonly<Record<string, string | undefined>>;
    /**
     * Returns D of `ir.md` 2.3 for everything that the paths and globs of one policy name, in order.
     */
    digests(paths: readonly string[]): readonly string[];
}
/** Returns the document with the key of each cached step in its `cache` (`ir.md` 2.2). */
export declare function withCacheKeys(document: IrDocument, context: KeyContext): IrDocument;
export interface LookupParts {
    readonly cacheKey: string;
    readonly command: string;
    /**
     * The node's environment overlaid by the build's, without injected variables and secret values.
     */
    readonly env: Readonly<Record<string, string>>;
    /** L of the `builds_in` parent, '' for a root. */
    readonly parent: string;
    /**
     * Digest of paths, types, modes and bytes of the files that the step's policy watches; '' for
     * none.
     */
    readonly files: string;
    /** Absent, or empty, for a step that gets nothing else. */
    readonly additions?: LookupAdditions;
}
/**
 * S of `ir.md` 2.5: what a step gets besides its start, its environment and the source. A member
 * that is absent or empty is not part of the key, so that a new one leaves the keys of steps without
 * it.
 */
interface LookupAdditions {
    /** One digest for each entry of the step's `inputs`, in their order: the files as it gets them. */
    readonly inputs?: readonly string[];
    /** One digest for each of the step's services, in their order. */
    readonly services?: readonly string[];
    /** The files of its shard of a split. */
    readonly split?: readonly string[];
}
/**
 * Returns the key L (`ir.md` 2.5) under which the engine looks a cached step up, as hex SHA-256.
 * The cache key covers only the bytes of watched files, so L adds their other aspects. Without
 * watched files and additions it equals that of earlier releases.
 */
export declare function lookupKey({ cacheKey, command, env, parent, files, additions }: LookupParts): string;
export {};
