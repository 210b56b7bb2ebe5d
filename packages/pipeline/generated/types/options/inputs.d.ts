import type { Step } from '../step.js';
/** Files that are copied from what another step left, before the command. */
export interface Input {
    readonly from: Step;
    /** A path or glob, relative to the workspace of that step. */
    readonly path: string;
    /** The directory that they come to, relative to the workspace; absent: where they were. */
    readonly into?: string;
}
/** Files of another step, for the option `inputs`. The step that gets them waits for it. */
export declare function filesFrom(step: Step, path: string, into?: string): Input;
export declare function inputsOf(where: string, value: unknown): readonly Input[];
/** A step that has a command, or whose files come from one that has. */
export declare function commandOf(where: string, value: unknown): Step;
