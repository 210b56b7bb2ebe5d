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
    /** Returns the digests D of `ir.md` 2.3 for the paths and globs of one policy, in order. */
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
    /** The lookup key L of the `builds_in` parent, '' for a root. */
    readonly parent: string;
    /**
     * Digest of paths, types, modes and bytes of the files that the step's policy watches; '' for
     * none.
     */
    readonly files: string;
    /** Absent or empty for a step without additional inputs. */
    readonly additions?: LookupAdditions;
}
/**
 * The additions S of `ir.md` 2.5: a step's inputs besides its base, its environment and the source.
 * Absent and empty members are not part of the key, so a new member leaves the keys of steps
 * without it unchanged.
 */
interface LookupAdditions {
    /** One digest of files for each entry of the step's `inputs`, in their order. */
    readonly inputs?: readonly string[];
    /** One digest for each of the step's services, in their order. */
    readonly services?: readonly string[];
    /** The files of the step's shard of a split. */
    readonly split?: readonly string[];
}
/**
 * Returns the key L (`ir.md` 2.5) under which the engine looks a cached step up, as hex SHA-256.
 * The cache key covers only the bytes of watched files, so L adds their other aspects. Without
 * watched files and additions, L equals the key of earlier releases.
 */
export declare function lookupKey({ cacheKey, command, env, parent, files, additions }: LookupParts): string;
export {};
