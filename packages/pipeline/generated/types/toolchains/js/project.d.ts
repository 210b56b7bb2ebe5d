import type { Step } from '../../step.js';
import { type ActionOptions } from '../read-options.js';
import { Toolchain } from '../toolchain.js';
import { type Installer, type JsRuntime } from './managers.js';
export interface RunOptions extends ActionOptions {
    /** Arguments for the script. */
    readonly args?: readonly string[];
}
interface JsTools {
    readonly tag: JsRuntime;
    readonly installer: Installer;
    /** The scripts, or tasks, that the project has. */
    readonly scripts: ReadonlySet<string>;
}
/**
 * A JavaScript project with its dependencies. Where a pipeline lists it, it stands for their
 * installation.
 */
export declare class JsProject extends Toolchain<JsProject> {
    #private;
    protected readonly where = "js";
    protected readonly tag: JsRuntime;
    constructor(path: string, installed: Step, tools: JsTools);
    /** A script of package.json, or a task of deno. */
    run(script: string, options?: RunOptions): Step;
    /**
     * Returns the scripts build, test, lint and typecheck that exist; without any, the installation.
     */
    ci(): Step[];
    protected leaves(): Step[];
    protected startingAt(step: Step): JsProject;
}
export {};
