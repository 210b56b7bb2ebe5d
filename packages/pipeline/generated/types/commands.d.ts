import { type Duration } from './duration.js';
import { type Step, type StepOptions, type Wait } from './step.js';
/** Returns the call that made a step with a command. */
export declare function callOf(step: Step): Error | undefined;
/** Starts a chain, from an image when given. Runs nothing itself. */
export declare function scratch(options?: {
    readonly image?: string | undefined;
}): Step;
/** Runs a command in a file system of its own. */
export declare function sh(command: string, options?: StepOptions): Step;
/**
 * Blocks later leaves until all earlier ones have passed; with `continueOnFailure`, until they
 * have ended.
 */
export declare function wait(options?: {
    readonly continueOnFailure?: boolean;
}): Wait;
/**
 * Returns a copy of the step with this time limit per attempt, which replaces an earlier one. The
 * step itself is unchanged.
 */
export declare function timeout(duration: Duration, step: Step): Step;
