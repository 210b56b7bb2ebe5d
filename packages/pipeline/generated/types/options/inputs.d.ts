import { type Input, type Step } from '../step.js';
/** How files of another step come to the one that gets them. */
export interface InputOptions {
    /** The directory below which they keep their paths, relative to the workspace. */
    readonly into?: string;
    /** Whether there may be none; otherwise the step fails with `input_missing`. */
    readonly optional?: boolean;
}
/**
 * Names files of another step for the option `inputs`. The step that gets them waits for it. They
 * keep their paths, below the directory `into` when it is given.
 */
export declare function filesFrom(step: Step, path: string, into?: string | InputOptions): Input;
export declare function inputsOf(where: string, value: unknown): readonly Input[];
/** Reads a step that has a command, or whose files come from one that has. */
export declare function commandOf(where: string, value: unknown): Step;
