import type { Step } from '../step.js';
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../step.js';
import { type ActionDefaults, type ActionOptions } from './read-options.js';
/**
 * A tool installed for one directory. Its actions are steps that start from the same file system.
 */
export declare abstract class Toolchain<Self> implements StandsForLeaves {
    /** The directory in which the actions run. */
    readonly path: string;
    /** The step that the actions start from. */
    readonly installed: Step;
    /** The name of the toolchain function in errors. */
    protected abstract readonly where: string;
    /** The `:TAG:` of the labels. */
    protected abstract readonly tag: string;
    constructor(path: string, installed: Step);
    /** The step that the actions start from. */
    install(): Step;
    /**
     * Returns a copy whose actions start after a further command, such as one that generates sources.
     * The command runs in the workspace; `cwd` sets another directory.
     */
    setup(command: string, options?: StepOptions): Self;
    /** Returns the actions that usually check a change. */
    abstract ci(): Step[];
    [LEAVES](): Leaves;
    /** Returns the leaves for which the toolchain stands in a pipeline. */
    protected leaves(): Step[];
    protected abstract startingAt(step: Step): Self;
    /** Returns the step of an action without options of its own. */
    protected plain(name: string, command: string, options: ActionOptions): Step;
    protected stepOf(name: string, options: ActionOptions): ActionOptions;
    protected action(name: string, command: string, step: ActionOptions, defaults?: Partial<ActionDefaults>): Step;
    protected labelOf(name: string): string;
    protected inPath(command: string): string;
}
