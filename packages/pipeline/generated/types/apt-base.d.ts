import type { Duration } from './duration.js';
import type { Step } from './step.js';
export interface AptBaseOptions {
    readonly packages: readonly string[];
    /** A Debian or Ubuntu image. */
    readonly image?: string | undefined;
    /** By default `:apt: base`. */
    readonly label?: string | undefined;
    /** The time for which the packages are kept; by default a day. */
    readonly refresh?: Duration | undefined;
}
/** Makes a step that installs Debian packages: the base of a chain. */
export declare function aptBase(options: AptBaseOptions): Step;
