import { type Input, type Step } from '../step.js';
/** Names files of another step for the option `inputs`. The step that gets them waits for it. */
export declare function filesFrom(step: Step, path: string, into?: string): Input;
export declare function inputsOf(where: string, value: unknown): readonly Input[];
/** Reads a step that has a command, or whose files come from one that has. */
export declare function commandOf(where: string, value: unknown): Step;
