import type { CachePolicy } from '../../cache.js';
import type { Step } from '../../step.js';
import { type EntryOptions } from '../install-step.js';
import { type ActionOptions } from '../read-options.js';
import { RustActions } from './actions.js';
export interface RustToolchainOptions extends EntryOptions {
    /**
     * A channel or version of rustup, such as `stable` (the default), `nightly-2026-01-01` or
     * `1.90.0`.
     */
    readonly version?: string;
    /** By default clippy and rustfmt. */
    readonly components?: readonly string[];
}
export interface RustWarmupOptions {
    /**
     * The cache policy of the warm-up; by default, it is kept until Cargo.lock, a Cargo.toml or a
     * source changes.
     */
    readonly cache?: CachePolicy;
}
export interface RustProjectOptions extends RustToolchainOptions, RustWarmupOptions {
}
/**
 * Rust for one crate: its actions compile from scratch. In a pipeline's list, it stands for its
 * build.
 */
export declare class RustToolchain extends RustActions<RustToolchain> {
    protected readonly workspace = false;
    /** Compiles everything that tests need. `project()` does the same and caches the result. */
    warmup(options?: ActionOptions): Step;
    /** Returns the workspace in the toolchain's directory. */
    project(options?: RustWarmupOptions): RustProject;
    protected leaves(): Step[];
    protected rustup(): Step;
    protected startingAt(step: Step): RustToolchain;
}
/**
 * Rust for a workspace: its actions start from one compiled warm-up. In a pipeline's list, it
 * stands for test, clippy and fmt.
 */
export declare class RustProject extends RustActions<RustProject> {
    protected readonly workspace = true;
    readonly toolchain: RustToolchain;
    /** The step with everything compiled. */
    readonly warmup: Step;
    constructor(toolchain: RustToolchain, warmup: Step);
    protected rustup(): Step;
    protected startingAt(step: Step): RustProject;
}
/** Rust by rustup. */
export declare const rust: {
    /** Returns the toolchain for one crate, without a warm-up. */
    readonly toolchain: (options?: RustToolchainOptions) => RustToolchain;
    /** Returns the toolchain for a workspace, compiled once for all its actions. */
    readonly project: (options?: RustProjectOptions) => RustProject;
};
