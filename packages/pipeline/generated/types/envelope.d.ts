import type { PipelineDefinition } from './definition.js';
import { type CacheKeyOptions } from './lowering/resolve-keys.js';
/** The inputs of cache keys besides the pipelines. Without `basePath`, no keys are computed. */
export type RenderOptions = Omit<CacheKeyOptions, 'pipelineSlug'>;
/**
 * Returns the envelope of pipelines (`ir.md` 1.7) as JSON, for a program that renders without
 * `hm`. With `basePath`, it includes the cache keys, from the files below that directory. The
 * caller must await a pipeline that is an asynchronous function:
 * `{ ...definition, pipeline: await definition.pipeline() }`.
 */
export declare function renderEnvelope(definitions: PipelineDefinition | readonly PipelineDefinition[], options?: RenderOptions): string;
