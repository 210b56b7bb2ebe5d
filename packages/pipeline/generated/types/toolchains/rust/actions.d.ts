import type { Step } from '../../step.js';
import { type ActionOptions } from '../read-options.js';
import { Toolchain } from '../toolchain.js';
import { type CargoOptions } from './cargo-options.js';
import { type FeaturePowersetOptions } from './feature-powerset.js';
export interface CargoActionOptions extends CargoOptions, ActionOptions {
}
export interface CargoTestOptions extends CargoActionOptions {
    /**
     * Runs the tests with cargo-nextest, which the caller must install and which runs no
     * documentation tests.
     */
    readonly nextest?: boolean;
}
export interface ClippyOptions extends CargoActionOptions {
    /** True by default. */
    readonly denyWarnings?: boolean;
    /** Further flags for the lints, not quoted: `-W clippy::pedantic`. */
    readonly extraLints?: readonly string[];
}
export interface RustFmtOptions extends ActionOptions {
    /** All packages; true by default. */
    readonly all?: boolean;
    /** Fails if a file would change; true by default. */
    readonly check?: boolean;
    /** Further flags, not quoted. */
    readonly flags?: readonly string[];
}
export interface CargoDocOptions extends CargoActionOptions {
    /** Omits the documentation of dependencies; true by default. */
    readonly noDeps?: boolean;
    readonly documentPrivateItems?: boolean;
    /** True by default. */
    readonly denyWarnings?: boolean;
}
export interface RustCiOptions {
    /** Runs the tests with cargo-nextest, and the documentation tests separately. */
    readonly nextest?: boolean;
    /** Also builds the documentation. */
    readonly doc?: boolean;
}
/** Cargo's commands, for one crate or for a workspace. */
export declare abstract class RustActions<Self> extends Toolchain<Self> {
    #private;
    protected readonly where = "rust";
    protected readonly tag = "rust";
    /** Whether actions cover the whole workspace by default. */
    protected abstract readonly workspace: boolean;
    build(options?: CargoActionOptions): Step;
    test(options?: CargoTestOptions): Step;
    doctest(options?: CargoActionOptions): Step;
    clippy(options?: ClippyOptions): Step;
    /** Starts before anything is compiled. */
    fmt(options?: RustFmtOptions): Step;
    doc(options?: CargoDocOptions): Step;
    /**
     * Checks combinations of features with cargo-hack, which a separate step installs. Starts before
     * anything is compiled.
     */
    featurePowerset(options?: FeaturePowersetOptions): Step;
    ci(options?: RustCiOptions): Step[];
    /** Returns the step with the tools installed and nothing compiled. */
    protected abstract rustup(): Step;
    protected inPath(command: string): string;
}
