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
