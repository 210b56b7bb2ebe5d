import type { Step } from '../../step.js';
import { type ActionOptions } from '../read-options.js';
import { Toolchain } from '../toolchain.js';
import { type CargoOptions } from './cargo-options.js';
import { type FeaturePowersetOptions } from './feature-powerset.js';
export interface CargoActionOptions extends CargoOptions, ActionOptions {
}
export interface CargoTestOptions extends CargoActionOptions {
    /**
     * Runs the tests with cargo-nextest, which the caller installs; it runs no documentation tests.
     */
    readonly nextest?: boolean;
}
export interface ClippyOptions extends CargoActionOptions {
    /** True by default. */
    readonly denyWarnings?: boolean;
    /** Further flags for the lints, as written: `-W clippy::pedantic`. */
    readonly extraLints?: readonly string[];
}
export interface RustFmtOptions extends ActionOptions {
    /** All packages; true by default. */
    readonly all?: boolean;
    /** Fails where a file would change; true by default. */
    readonly check?: boolean;
    /** Further flags, as written. */
    readonly flags?: readonly string[];
}
export interface CargoDocOptions extends CargoActionOptions {
    /** Without the documentation of dependencies; true by default. */
    readonly noDeps?: boolean;
    readonly documentPrivateItems?: boolean;
    /** True by default. */
    readonly denyWarnings?: boolean;
}
export interface RustCiOptions {
    /** Tests with cargo-nextest, and documentation tests beside it. */
    readonly nextest?: boolean;
    /** Builds the documentation too. */
    readonly doc?: boolean;
}
/** Cargo's verbs, for one crate or for a workspace. */
export declare abstract class RustActions<Self> extends Toolchain<Self> {
    #private;
    protected readonly where = "rust";
    protected readonly tag = "rust";
    /** Whether actions are for the whole workspace where the caller says nothing. */
    protected abstract readonly workspace: boolean;
    build(options?: CargoActionOptions): Step;
    test(options?: CargoTestOptions): Step;
    doctest(options?: CargoActionOptions): Step;
    clippy(options?: ClippyOptions): Step;
    /** Starts before anything is compiled. */
    fmt(options?: RustFmtOptions): Step;
    doc(options?: CargoDocOptions): Step;
    /**
     * Checks combinations of features with cargo-hack, which a step of its own installs. Starts
     * before anything is compiled.
     */
    featurePowerset(options?: FeaturePowersetOptions): Step;
    ci(options?: RustCiOptions): Step[];
    /** The step that has the tools and nothing compiled. */
    protected abstract rustup(): Step;
    protected inPath(command: string): string;
}
