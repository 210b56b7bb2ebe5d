import type { CachePolicy } from '../../cache.js';
import type { EntryOptions } from '../install-step.js';
import { type Reader } from '../option-readers.js';
type Generator = 'ninja' | 'make';
export interface CMakeToolchainOptions extends Omit<EntryOptions, 'path'> {
    /** `gcc` or `clang`, optionally with a version: `clang-18`. */
    readonly compiler?: string;
    /** True by default. */
    readonly ccache?: boolean;
    /** By default `ninja`. */
    readonly generator?: Generator;
}
interface CMakeProjectBase {
    readonly path?: string;
    /** Installs the packages of the project's vcpkg.json. */
    readonly deps?: 'vcpkg';
    /** The target to build; by default everything. */
    readonly target?: string;
    /** The cache policy of the warm-up; by default, it is kept until CMakeLists.txt changes. */
    readonly cache?: CachePolicy;
}
/** A preset replaces generator, compiler and defines. Its build directory is `build`. */
export type CMakeProjectOptions = CMakeProjectBase & ({
    readonly preset: string;
    readonly defines?: never;
} | {
    readonly preset?: never;
    readonly defines?: Readonly<Record<string, string | number | boolean>>;
});
export type CMakeOptions = CMakeToolchainOptions & CMakeProjectOptions;
/** A compiler, by the names of its Debian packages and programs. */
export interface Compiler {
    readonly family: 'gcc' | 'clang';
    /** `-18`, or nothing for the default version. */
    readonly suffix: string;
}
/** The compiler and tools of the toolchain. */
export interface CMakeTools {
    readonly compiler: Compiler | undefined;
    readonly ccache: boolean;
    readonly generator: Generator;
}
/** The settings of a project. */
export interface CMakeSettings {
    readonly path: string;
    readonly preset: string | undefined;
    readonly defines: readonly (readonly [string, string])[];
    readonly vcpkg: boolean;
    readonly target: string | undefined;
}
export declare function compilerOf(name: string): Compiler;
/** Returns the Debian packages. */
export declare function packagesFor({ compiler, ccache, generator }: CMakeTools): string[];
/** Returns a command that fails if a tool is missing. */
export declare function verifyCommand({ compiler, ccache, generator }: CMakeTools): string;
/** Returns the command that configures and builds in the project's directory. */
export declare function warmupCommand(tools: CMakeTools, settings: CMakeSettings): string;
/** Returns the command that builds the configured project from the workspace. */
export declare function buildCommand({ path, target }: CMakeSettings): string;
/** Returns the command that installs vcpkg and the packages of the project's vcpkg.json. */
export declare function vcpkgCommand(path: string): string;
/** The option readers of the toolchain, and of a project. */
export declare const TOOLCHAIN: {
    readonly compiler: Reader<string | undefined>;
    readonly ccache: Reader<boolean>;
    readonly generator: Reader<"make" | "ninja">;
};
export declare const PROJECT: {
    readonly path: Reader<string>;
    readonly preset: Reader<string | undefined>;
    readonly defines: Reader<readonly (readonly [string, string])[]>;
    readonly deps: Reader<"vcpkg" | undefined>;
    readonly target: Reader<string | undefined>;
    readonly cache: Reader<import("../../ir/index.js").IrCachePolicy | undefined>;
};
export {};
