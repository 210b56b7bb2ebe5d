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
    /** Fails if ruff would reformat a file. */
    fmt(options?: ActionOptions): Step;
    typecheck(options?: TypecheckOptions): Step;
    ci(): Step[];
}
/** The toolchain of one Python project, with uv. */
export declare class PythonToolchain extends UvActions<PythonToolchain> {
    protected readonly where = "python";
    protected startingAt(step: Step): PythonToolchain;
}
/**
 * A project managed by uv, with uv's own commands. In a pipeline's list, it stands for its test.
 */
export declare class UvProject extends UvActions<UvProject> {
    protected readonly where = "py.uv";
    /** Runs a command in the project's environment; the text is not quoted. */
    run(command: string, options?: ActionOptions): Step;
    build(options?: ActionOptions): Step;
    /** Fails if uv.lock does not match pyproject.toml. */
    lockCheck(options?: ActionOptions): Step;
    publish(options?: ActionOptions): Step;
    protected leaves(): Step[];
    protected startingAt(step: Step): UvProject;
}
/** Installs a Python project with uv and all extras. */
export declare function python(options?: PythonOptions): PythonToolchain;
/** Python toolchains, by the tool that manages the project. */
export declare const py: {
    /** Installs a project managed by uv, with all extras. */
    readonly uv: (options?: UvOptions) => UvProject;
};
export {};
