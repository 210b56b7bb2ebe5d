import type { PipelineIR } from './pipeline.js';
import type { Trigger } from './triggers.js';
/** What a pipeline file exports, as `default` or `pipelines`: one, or a list. */
export interface PipelineDefinition {
    /** `[a-z][a-z0-9-]{0,63}`, unique in the repository. */
    readonly slug: string;
    /** By default the slug. */
    readonly name?: string;
    /** Whether a user may start it; by default true. */
    readonly allowManual?: boolean;
    readonly triggers?: readonly Trigger[];
    readonly pipeline: PipelineIR | (() => PipelineIR | Promise<PipelineIR>);
}
