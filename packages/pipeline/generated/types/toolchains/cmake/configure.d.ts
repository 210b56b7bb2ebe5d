export type Generator = 'ninja' | 'make';
/** A compiler as Debian names its packages and programs. */
export interface Compiler {
    readonly family: 'gcc' | 'clang';
    /** `-18`, or nothing for the default version. */
    readonly suffix: string;
}
/** What the toolchain is made with. */
export interface CMakeTools {
    readonly compiler: Compiler | undefined;
    readonly ccache: boolean;
    readonly generator: Generator;
}
/** What a project adds. */
export interface CMakeSettings {
    readonly path: string;
    readonly preset: string | undefined;
    readonly defines: readonly (readonly [string, string])[];
    readonly vcpkg: boolean;
    readonly target: string | undefined;
}
export declare function compilerOf(name: string): Compiler;
/** The packages of Debian. */
export declare function packagesFor({ compiler, ccache, generator }: CMakeTools): string[];
/** A command that fails unless all tools are there. */
export declare function verifyCommand({ compiler, ccache, generator }: CMakeTools): string;
/** Configures and builds, in the project's directory. */
export declare function warmupCommand(tools: CMakeTools, settings: CMakeSettings): string;
/** Builds what is configured, from the workspace. */
export declare function buildCommand({ path, target }: CMakeSettings): string;
/** Installs vcpkg and what the project's vcpkg.json asks for. */
export declare function vcpkgCommand(path: string): string;
