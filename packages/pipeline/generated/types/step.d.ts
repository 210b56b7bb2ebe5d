import { BRAND } from './brand.js';
import { type Duration } from './duration.js';
import { type CommandFields, type StepOptions } from './step-options.js';
interface StepShape {
    readonly parent: Step | null;
    readonly image?: string | undefined;
    readonly command?: string | undefined;
    readonly fields?: CommandFields;
}
/** The call that made a step with a command. */
export declare function callOf(step: Step): Error | undefined;
/** A point that commands start from: nothing (`scratch`), a command's result, or a named branch of one. Immutable; two equal ones are two. */
export declare class Step {
    readonly [BRAND] = "step";
    readonly parent: Step | null;
    /** The image of a scratch. */
    readonly image: string | undefined;
    /** Text for `sh -c` as it will run; undefined for a scratch or a fork, which run nothing. */
    readonly command: string | undefined;
    readonly fields: CommandFields;
    constructor({ parent, image, command, fields }: StepShape);
    /** A command that starts from the file system that this step left. */
    sh(command: string, options?: StepOptions): Step;
    /** A branch: runs nothing, and steps made from it start from this step. */
    fork(options?: {
        readonly label?: string;
    }): Step;
}
/** A barrier between the leaves of a pipeline. */
export interface Wait {
    readonly [BRAND]: 'wait';
    readonly continueOnFailure: boolean;
}
/** The start of a chain, from an image when given. Runs nothing itself. */
export declare function scratch(options?: {
    readonly image?: string | undefined;
}): Step;
/** A command in a file system of its own. */
export declare function sh(command: string, options?: StepOptions): Step;
/** What comes after it starts when all before it has passed; with `continueOnFailure`, when it has ended in whatever way. */
export declare function wait(options?: {
    readonly continueOnFailure?: boolean;
}): Wait;
/** A copy of the step with this budget of one attempt, in place of an earlier one. Use the copy: the step itself stays as it is. */
export declare function timeout(duration: Duration, step: Step): Step;
export {};
