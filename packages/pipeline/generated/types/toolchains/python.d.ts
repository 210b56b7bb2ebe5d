import type { Step } from '../step.js';
import { type EntryOptions } from './install-step.js';
import { type ActionOptions } from './read-options.js';
import { Toolchain } from './toolchain.js';
export interface PythonOptions extends EntryOptions {
    /** Version of uv, `N.N.N`, or `latest`, the default. */
    readonly uvVersion?: string;
}
export interface UvOptions extends EntryOptions {
    /** Version of uv, `N.N.N`, or `latest`, the default. */
    readonly version?: string;
}
export interface TypecheckOptions extends ActionOptions {
    /** Paths to check; by default `.`. */
    readonly paths?: string | readonly string[];
}
declare abstract class UvActions<Self> extends Toolchain<Self> {
    protected readonly tag = "python";
    test(options?: ActionOptions): Step;
    lint(options?: ActionOptions): Step;
    /** Fails when ruff would format a file anew. */
    fmt(options?: ActionOptions): Step;
    typecheck(options?: TypecheckOptions): Step;
    ci(): Step[];
}
/** Python of one project, with uv. */
export declare class PythonToolchain extends UvActions<PythonToolchain> {
    protected readonly where = "python";
    protected startingAt(step: Step): PythonToolchain;
}
/**
 * A project that uv manages, with uv's own verbs. Where a pipeline lists it, it stands for its
 * test.
 */
export declare class UvProject extends UvActions<UvProject> {
    protected readonly where = "py.uv";
    /** A command in the project's environment, as written. */
    run(command: string, options?: ActionOptions): Step;
    build(options?: ActionOptions): Step;
    /** Fails when uv.lock does not fit pyproject.toml. */
    lockCheck(options?: ActionOptions): Step;
    publish(options?: ActionOptions): Step;
    protected leaves(): Step[];
    protected startingAt(step: Step): UvProject;
}
/** Python with uv; all extras are installed. */
export declare function python(options?: PythonOptions): PythonToolchain;
/** Python projects by the tool that manages them. */
export declare const py: {
    /** A project that uv manages; all extras are installed. */
    readonly uv: (options?: UvOptions) => UvProject;
};
export {};
