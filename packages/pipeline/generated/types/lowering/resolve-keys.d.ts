import { type IrDocument, type IrGraph } from '../ir/index.js';
export interface CacheKeyOptions {
    /** `HM_PIPELINE_ORG`, or `default`, when absent. */
    readonly pipelineOrg?: string;
    /** The slug inside the repository; `HM_PIPELINE_SLUG` when absent. */
    readonly pipelineSlug?: string;
    /** Whole seconds since 1970; now when absent. */
    readonly now?: number;
    /** Base of the paths of `onChange`; the working directory when absent. */
    readonly basePath?: string;
    /** The variables of `envKeys`; those of this process when absent. */
    readonly env?: Readonly<Record<string, string | undefined>>;
}
/**
 * Writes the cache keys (`ir.md` 2.2) into a graph made by `pipeline()`, from the files on disk.
 * `hm` does it itself.
 */
export declare function resolvePipelineCacheKeys(graph: IrGraph, options?: CacheKeyOptions): void;
/** Returns the document with its cache keys. */
export declare function keyedGraph(where: string, document: IrDocument, options: CacheKeyOptions): IrDocument;
