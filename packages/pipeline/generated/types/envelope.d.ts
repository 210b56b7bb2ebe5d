import type { PipelineDefinition } from './definition.js';
import { type CacheKeyOptions } from './lowering/resolve-keys.js';
/** Inputs of cache keys besides the pipelines. Without `basePath` there are no keys. */
export type RenderOptions = Omit<CacheKeyOptions, 'pipelineSlug'>;
/**
 * Returns the envelope of pipelines (`ir.md` 1.7) as JSON, for a program that renders without `hm`;
 * with `basePath` also the cache keys, from the files below it. The caller awaits a pipeline that
 * is an asynchronous function: `{ ...definition, pipeline: await definition.pipeline() }`.
 */
export declare function renderEnvelope(definitions: PipelineDefinition | readonly PipelineDefinition[], options?: RenderOptions): string;
