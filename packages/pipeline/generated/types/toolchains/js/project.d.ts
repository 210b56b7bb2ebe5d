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
    /** The project's scripts or tasks. */
    readonly scripts: ReadonlySet<string>;
}
/**
 * A JavaScript project with its dependencies. In a pipeline's list, it stands for their
 * installation.
 */
export declare class JsProject extends Toolchain<JsProject> {
    #private;
    protected readonly where = "js";
    protected readonly tag: JsRuntime;
    constructor(path: string, installed: Step, tools: JsTools);
    /** Runs a script of package.json, or a task of deno. */
    run(script: string, options?: RunOptions): Step;
    /**
     * Returns the scripts build, test, lint and typecheck that exist; without any, the installation.
     */
    ci(): Step[];
    protected leaves(): Step[];
    protected startingAt(step: Step): JsProject;
}
export {};
