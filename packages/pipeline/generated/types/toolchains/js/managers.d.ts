export type JsRuntime = 'node' | 'bun' | 'deno';
export type PackageManager = 'npm' | 'pnpm' | 'yarn-classic' | 'yarn-berry' | 'bun';
/** Installs dependencies and runs scripts. Deno does both itself. */
export type Installer = PackageManager | 'deno';
interface Verbs {
    readonly lock: string;
    /** Installs exactly what the lock file says. */
    readonly locked: string;
    /** Installs where there is no lock file. */
    readonly unlocked: string;
    /** Runs a script. */
    readonly run: string;
    /** Between a script and its arguments. */
    readonly separator: string;
}
export declare const INSTALLERS: Readonly<Record<Installer, Verbs>>;
/** The command that puts a runtime onto an image. */
export declare function runtimeCommand(runtime: JsRuntime, version: string | undefined): string;
/**
 * The command that puts a package manager beside Node.js; undefined for npm, which comes with it.
 * `pin` is the version in package.json.
 */
export declare function managerCommand(where: string, pm: PackageManager, pin: string | undefined, nodeVersion: string | undefined): string | undefined;
/** The version of bun that package.json pins, which goes into the installer's command. */
export declare function bunPin(where: string, pin: string): string;
export {};
