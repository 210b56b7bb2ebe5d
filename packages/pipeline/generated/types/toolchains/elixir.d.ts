import type { Step } from '../step.js';
import { type EntryOptions } from './install-step.js';
import { type ActionOptions } from './read-options.js';
import { Toolchain } from './toolchain.js';
export interface ElixirOptions extends EntryOptions {
    /** `N.N.N`; by default 1.18.3. */
    readonly elixirVersion?: string;
    /** `N.N.N` or `N.N`, or `N` for the newest release of that branch; by default 27.3.3. */
    readonly otpVersion?: string;
}
export interface MixTestOptions extends ActionOptions {
    readonly cover?: boolean;
    /** The number of partitions of the tests; `MIX_TEST_PARTITION` in `env` selects one. */
    readonly partitions?: number;
}
export interface CredoOptions extends ActionOptions {
    /** True by default. */
    readonly strict?: boolean;
}
export interface ReleaseOptions extends ActionOptions {
    /** `MIX_ENV`; by default `prod`. */
    readonly mixEnv?: string;
}
/** Elixir for one project, with its dependencies compiled. */
export declare class ElixirProject extends Toolchain<ElixirProject> {
    #private;
    protected readonly where = "elixir";
    protected readonly tag = "ex";
    compile(options?: ActionOptions): Step;
    test(options?: MixTestOptions): Step;
    /** Fails if `mix format` would change a file. */
    format(options?: ActionOptions): Step;
    credo(options?: CredoOptions): Step;
    /**
     * Returns the lookup table of dialyzer, kept until mix.lock changes. All calls return the same
     * step; later calls must not have options.
     */
    plt(options?: ActionOptions): Step;
    /** Starts from `plt()`. */
    dialyzer(options?: ActionOptions): Step;
    sobelow(options?: ActionOptions): Step;
    depsAudit(options?: ActionOptions): Step;
    hexAudit(options?: ActionOptions): Step;
    release(options?: ReleaseOptions): Step;
    /** Runs any mix task; the text is not quoted. */
    mix(task: string, options?: ActionOptions): Step;
    ci(): Step[];
    protected startingAt(step: Step): ElixirProject;
}
/**
 * Installs Erlang/OTP from builds.hex.pm and Elixir from its releases. The image must be Ubuntu.
 */
export declare function elixir(options?: ElixirOptions): ElixirProject;
