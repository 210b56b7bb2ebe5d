import type { PlanError, PlannedStep } from './plan.js';
/** A document that a generator left, with its name for messages. */
export interface StepFile {
    readonly name: string;
    readonly text: string;
}
/** The steps of a generator's documents, planned without a look at its build. */
export interface AppendedPlan {
    /**
     * In the order of the documents. An index from 0 points into this list, and -1 - n stands for
     * `references[n]`. A step with neither an image nor `buildsIn` starts from its generator.
     */
    readonly steps: readonly PlannedStep[];
    /** Keys of steps that the documents name and do not have. */
    readonly references: readonly string[];
    /** Sentences for the author; they never change what runs. */
    readonly warnings: readonly string[];
}
export type AppendedResult = {
    readonly ok: true;
    readonly plan: AppendedPlan;
} | {
    readonly ok: false;
    readonly error: Pick<PlanError, 'code' | 'message'>;
};
/**
 * Plans documents of either form that are appended to a build together. Their steps may name each
 * other, and steps that only the build has. Never throws.
 */
export declare function planAppended(files: readonly StepFile[]): AppendedResult;
