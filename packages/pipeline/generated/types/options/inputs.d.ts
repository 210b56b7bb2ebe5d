import { type Input, type Step } from '../step.js';
/** Options for files that a step gets from another step. */
export interface InputOptions {
    /** The directory below which the files keep their paths, relative to the workspace. */
    readonly into?: string;
    /** Whether the files may be missing; otherwise the step fails with `input_missing`. */
    readonly optional?: boolean;
}
/**
 * Names files of another step for the option `inputs`. The step that gets the files waits for the
 * other step. The files keep their paths, below the directory `into` if it is given.
 */
export declare function filesFrom(step: Step, path: string, into?: string | InputOptions): Input;
export declare function inputsOf(where: string, value: unknown): readonly Input[];
/** Reads a step with a command, or with an ancestor that has one. */
export declare function commandOf(where: string, value: unknown): Step;
