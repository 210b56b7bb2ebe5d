import type { CachePolicy } from '../../cache.js';
import { LEAVES, type Leaves, type StandsForLeaves } from '../../leaves.js';
import type { Step } from '../../step.js';
import type { StepOptions } from '../../step-options.js';
import { type EntryOptions } from '../install-step.js';
import { type CMakeTools, type Generator } from './configure.js';
import { CMakeProject } from './project.js';
export interface CMakeToolchainOptions extends Omit<EntryOptions, 'path'> {
    /** `gcc` or `clang`, with a version where one is wanted: `clang-18`. */
    readonly compiler?: string;
    /** True by default. */
    readonly ccache?: boolean;
    /** By default `ninja`. */
    readonly generator?: Generator;
}
interface CMakeProjectBase {
    readonly path?: string;
    /** Packages of the project's vcpkg.json. */
    readonly deps?: 'vcpkg';
    /** What to build; by default everything. */
    readonly target?: string;
    /** When the warm-up is kept; by default until CMakeLists.txt changes. */
    readonly cache?: CachePolicy;
}
/** A preset says by itself what generator, compiler and defines say otherwise; its build directory is `build`. */
export type CMakeProjectOptions = CMakeProjectBase & ({
    readonly preset: string;
    readonly defines?: never;
} | {
    readonly preset?: never;
    readonly defines?: Readonly<Record<string, string | number | boolean>>;
});
export type CMakeOptions = CMakeToolchainOptions & CMakeProjectOptions;
/** CMake and a compiler, for several projects. */
export declare class CMakeToolchain implements StandsForLeaves {
    #private;
    readonly installed: Step;
    constructor(tools: CMakeTools, installed: Step);
    install(): Step;
    /** A copy whose projects start after a further command. */
    setup(command: string, options?: StepOptions): CMakeToolchain;
    /** The project in one directory, configured and built once for all its actions. */
    project(options?: CMakeProjectOptions): CMakeProject;
    /** The actions of the project in the project directory. */
    ci(): Step[];
    [LEAVES](): Leaves;
}
/** CMake: with a path for the project there, else for several projects. */
export declare function cmake(options: CMakeOptions & {
    readonly path: string;
}): CMakeProject;
export declare function cmake(options?: CMakeToolchainOptions): CMakeToolchain;
export {};
