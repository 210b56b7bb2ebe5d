import { type EntryOptions } from '../install-step.js';
import { type JsRuntime, type PackageManager } from './managers.js';
import { JsProject } from './project.js';
export interface JsOptions extends EntryOptions {
    /**
     * The package manager, which installs dependencies and runs scripts. Without `pm` and `runtime`,
     * package.json and lock files decide.
     */
    readonly pm?: PackageManager;
    readonly runtime?: JsRuntime;
    /**
     * Version of the runtime: `22` or `22.x` for Node.js, `N.N` or `N.N.N` for bun and deno. By
     * default Node.js 22, or the newest.
     */
    readonly version?: string;
}
/** The toolchain of JavaScript and TypeScript projects, on Node.js, bun or deno. */
export declare const js: {
    /** Returns the project in one directory, with its dependencies installed. */
    readonly project: (options?: JsOptions) => JsProject;
};
/**
 * The same as `js`.
 * @alias
 */
export declare const ts: {
    /** Returns the project in one directory, with its dependencies installed. */
    readonly project: (options?: JsOptions) => JsProject;
};
