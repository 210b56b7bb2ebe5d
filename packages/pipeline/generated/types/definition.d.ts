import type { PipelineIR } from './pipeline.js';
import type { Trigger } from './triggers/triggers.js';
/** The export `default` or `pipelines` of a pipeline file: one definition, or a list. */
export interface PipelineDefinition {
    /** `[a-z][a-z0-9-]{0,63}`, unique in the repository. */
    readonly slug: string;
    /** By default the slug. */
    readonly name?: string;
    /** Whether users may start builds of it; by default true. */
    readonly allowManual?: boolean;
    readonly triggers?: readonly Trigger[];
    readonly pipeline: PipelineIR | (() => PipelineIR | Promise<PipelineIR>);
}
