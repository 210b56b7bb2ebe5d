import type { ActionOptions } from '../read-options.js';
/** Options of cargo-hack for combinations of features. */
export interface FeaturePowersetOptions extends ActionOptions {
    /** Cargo's command for each combination; by default `check`. */
    readonly subcommand?: string;
    /** The maximum number of features in a combination; by default 2. */
    readonly depth?: number;
    /** Checks each feature alone, instead of combinations. */
    readonly eachFeature?: boolean;
    /** Omits development dependencies; true by default. */
    readonly noDevDeps?: boolean;
    readonly skip?: readonly string[];
    readonly includeFeatures?: readonly string[];
    readonly keepGoing?: boolean;
    /** Further flags, not quoted. */
    readonly flags?: readonly string[];
}
export declare const powersetReaders: {
    readonly subcommand: import("../option-readers.js").Reader<string>;
    readonly depth: import("../option-readers.js").Reader<number>;
    readonly eachFeature: import("../option-readers.js").Reader<boolean>;
    readonly noDevDeps: import("../option-readers.js").Reader<boolean>;
    readonly skip: import("../option-readers.js").Reader<readonly string[]>;
    readonly includeFeatures: import("../option-readers.js").Reader<readonly string[]>;
    readonly keepGoing: import("../option-readers.js").Reader<boolean>;
    readonly flags: import("../option-readers.js").Reader<readonly string[]>;
};
interface Powerset {
    readonly subcommand: string;
    readonly depth: number;
    readonly eachFeature: boolean;
    readonly noDevDeps: boolean;
    readonly skip: readonly string[];
    readonly includeFeatures: readonly string[];
    readonly keepGoing: boolean;
    readonly flags: readonly string[];
}
/** Returns the arguments of `cargo hack`. */
export declare function powersetFlags(options: Powerset): string;
export {};
