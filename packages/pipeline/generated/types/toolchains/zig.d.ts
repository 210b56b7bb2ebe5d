import type { Step } from '../step.js';
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../step.js';
import { type EntryOptions } from './install-step.js';
import { type ActionOptions } from './read-options.js';
import { Toolchain } from './toolchain.js';
export interface ZigOptions extends EntryOptions {
    /** `N.N.N`; by default 0.14.1. */
    readonly version?: string;
}
/** Zig for one package. Labels name the package, because a repository often has several. */
export declare class ZigProject extends Toolchain<ZigProject> {
    protected readonly where = "zig";
    protected readonly tag = "zig";
    build(options?: ActionOptions): Step;
    test(options?: ActionOptions): Step;
    /** Fails if `zig fmt` would change a file. */
    fmt(options?: ActionOptions): Step;
    ci(): Step[];
    protected startingAt(step: Step): ZigProject;
    protected labelOf(name: string): string;
}
/** Zig for several packages. */
export declare class ZigToolchain implements StandsForLeaves {
    readonly installed: Step;
    constructor(installed: Step);
    install(): Step;
    /** Returns a copy whose projects start after a further command. */
    setup(command: string, options?: StepOptions): ZigToolchain;
    /** Returns the package in a directory, by default the project directory. */
    project(directory?: string): ZigProject;
    /** Returns the actions of the package in the project directory. */
    ci(): Step[];
    [LEAVES](): Leaves;
}
/**
 * Installs Zig from ziglang.org: for the package at `path` if it is given, otherwise for several
 * packages.
 */
export declare function zig(options: ZigOptions & {
    readonly path: string;
}): ZigProject;
export declare function zig(options?: ZigOptions): ZigToolchain;
