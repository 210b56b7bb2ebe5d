import { type IrDocument, type IrGraph } from '../ir/index.js';
export interface CacheKeyOptions {
    /** The organization; `HM_PIPELINE_ORG` or `default` when absent. */
    readonly pipelineOrg?: string;
    /** The slug inside the repository; `HM_PIPELINE_SLUG` when absent. */
    readonly pipelineSlug?: string;
    /** The current time in whole seconds since 1970; now when absent. */
    readonly now?: number;
    /** The base directory for the paths of `onChange`; the working directory when absent. */
    readonly basePath?: string;
    /** The variables for `envKeys`; this process's variables when absent. */
    readonly env?: Readonly<Record<string, string | undefined>>;
}
/**
 * Writes the cache keys (`ir.md` 2.2) into a graph made by `pipeline()`, from the files on disk.
 * `hm` does this itself.
 */
export declare function resolvePipelineCacheKeys(graph: IrGraph, options?: CacheKeyOptions): void;
/** Returns the document with its cache keys. */
export declare function keyedGraph(where: string, document: IrDocument, options: CacheKeyOptions): IrDocument;
