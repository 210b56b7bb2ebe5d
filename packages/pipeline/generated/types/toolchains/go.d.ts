import type { Step } from '../step.js';
import { type EntryOptions } from './install-step.js';
import { type ActionOptions } from './read-options.js';
import { Toolchain } from './toolchain.js';
export interface GoOptions extends EntryOptions {
    /** `N.N` or `N.N.N`; by default 1.23.2. */
    readonly version?: string;
    /** Whether a separate step downloads the modules; it is cached until go.sum changes. */
    readonly deps?: boolean;
}
/** Go for one module. */
export declare class GoToolchain extends Toolchain<GoToolchain> {
    protected readonly where = "go";
    protected readonly tag = "go";
    build(options?: ActionOptions): Step;
    test(options?: ActionOptions): Step;
    vet(options?: ActionOptions): Step;
    /** Fails if gofmt would change a file. */
    fmt(options?: ActionOptions): Step;
    ci(): Step[];
    protected startingAt(step: Step): GoToolchain;
}
/** Go from go.dev. */
export declare function go(options?: GoOptions): GoToolchain;
