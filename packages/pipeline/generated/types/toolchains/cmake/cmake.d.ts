import type { Step } from '../../step.js';
import { LEAVES, type Leaves, type StandsForLeaves, type StepOptions } from '../../step.js';
import { type ActionOptions } from '../read-options.js';
import { type CMakeOptions, type CMakeProjectOptions, type CMakeSettings, type CMakeToolchainOptions, type CMakeTools } from './configure.js';
/** CMake and a compiler, for several projects. */
export declare class CMakeToolchain implements StandsForLeaves {
    #private;
    readonly installed: Step;
    constructor(tools: CMakeTools, installed: Step);
    install(): Step;
    /** Returns a copy whose projects start after a further command. */
    setup(command: string, options?: StepOptions): CMakeToolchain;
    /** Returns the project in one directory, configured and built once for all its actions. */
    project(options?: CMakeProjectOptions): CMakeProject;
    /** Returns the CI actions of the CMake project in the pipeline's project directory. */
    ci(): Step[];
    [LEAVES](): Leaves;
}
/** Makes a CMake project when `path` is given, otherwise a toolchain for several projects. */
export declare function cmake(options: CMakeOptions & {
    readonly path: string;
}): CMakeProject;
export declare function cmake(options?: CMakeToolchainOptions): CMakeToolchain;
export interface CTestOptions extends ActionOptions {
    /** Whether to run as many tests at once as there are CPUs; true by default. */
    readonly parallel?: boolean;
}
export interface CMakeInstallOptions extends ActionOptions {
    readonly prefix?: string;
}
export interface CPackOptions extends ActionOptions {
    /** A cpack generator, such as `DEB` or `TGZ`. */
    readonly generator?: string;
}
export interface CMakeFmtOptions extends ActionOptions {
    /** Whether to rewrite the files instead of failing. */
    readonly fix?: boolean;
}
/**
 * A C or C++ project, configured and built. Its actions first build again, so that they never use
 * a cached build of older sources.
 */
export declare class CMakeProject implements StandsForLeaves {
    #private;
    readonly toolchain: CMakeToolchain;
    readonly path: string;
    /** The step that the actions start from: the warm-up. */
    readonly built: Step;
    constructor(toolchain: CMakeToolchain, settings: CMakeSettings, built: Step);
    /** Returns a copy whose actions start after a further command. */
    setup(command: string, options?: StepOptions): CMakeProject;
    build(options?: ActionOptions): Step;
    test(options?: CTestOptions): Step;
    install(options?: CMakeInstallOptions): Step;
    package(options?: CPackOptions): Step;
    /** Runs clang-tidy on the compiled files. */
    lint(options?: ActionOptions): Step;
    /** Fails if clang-format would change a file. Starts before anything is built. */
    fmt(options?: CMakeFmtOptions): Step;
    /** Returns the actions that usually check a change. */
    ci(): Step[];
    [LEAVES](): Leaves;
}
