import type { PlanError, PlannedStep } from './plan.js';
/** A generator's document, with its name for messages. */
export interface StepFile {
    readonly name: string;
    readonly text: string;
}
/** The steps of a generator's documents, planned without access to its build. */
export interface AppendedPlan {
    /**
     * The steps in the order of the documents. An index from 0 points into this list, and -1 - n
     * stands for `references[n]`. A step with neither an image nor `buildsIn` starts from its
     * generator.
     */
    readonly steps: readonly PlannedStep[];
    /** Keys of steps outside the documents that the documents name. */
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
 * other and other steps of the build. Never throws.
 */
export declare function planAppended(files: readonly StepFile[]): AppendedResult;
