export type JsRuntime = 'node' | 'bun' | 'deno';
export type PackageManager = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry' | 'bun';
/** The program that installs dependencies and runs scripts. Deno does both itself. */
export type Installer = PackageManager | 'deno';
interface Verbs {
    readonly lock: string;
    /** Installs exactly the versions of the lock file. */
    readonly locked: string;
    /** Installs without a lock file. */
    readonly unlocked: string;
    /** Runs a script. */
    readonly run: string;
    /** The separator between a script and its arguments. */
    readonly separator: string;
}
export declare const INSTALLERS: Readonly<Record<Installer, Verbs>>;
/** Returns the command that installs a runtime on an image. */
export declare function runtimeCommand(runtime: JsRuntime, version: string | undefined): string;
/**
 * Returns the command that installs a package manager beside Node.js; undefined for npm, which
 * Node.js includes. `pin` is the version in package.json.
 */
export declare function managerCommand(where: string, pm: PackageManager, pin: string | undefined, nodeVersion: string | undefined): string | undefined;
/**
 * Returns the version of bun that package.json pins, after checking it, because it becomes part of
 * a command.
 */
export declare function bunPin(where: string, pin: string): string;
export {};
