/** Options that cargo's commands share. */
export interface CargoOptions {
    /** Only these packages. */
    readonly packages?: readonly string[];
    /** Whether to include all packages; the default of `rust.project`. */
    readonly workspace?: boolean;
    /** All but these. */
    readonly exclude?: readonly string[];
    readonly allTargets?: boolean;
    readonly allFeatures?: boolean;
    readonly noDefaultFeatures?: boolean;
    readonly features?: readonly string[];
    /** A target triple, which is installed first unless `addTarget` is false. */
    readonly target?: string;
    readonly addTarget?: boolean;
    readonly profile?: string;
    readonly release?: boolean;
    /** Whether Cargo.lock must not change; true by default. */
    readonly locked?: boolean;
    /** Further flags, not quoted. */
    readonly flags?: readonly string[];
}
/**
 * Returns the readers of `CargoOptions`; `workspace` and `allTargets` are the defaults of an
 * action.
 */
export declare function cargoReaders(workspace: boolean, allTargets?: boolean): {
    readonly packages: import("../option-readers.js").Reader<readonly string[]>;
    readonly workspace: import("../option-readers.js").Reader<boolean>;
    readonly exclude: import("../option-readers.js").Reader<readonly string[]>;
    readonly allTargets: import("../option-readers.js").Reader<boolean>;
    readonly allFeatures: import("../option-readers.js").Reader<boolean>;
    readonly noDefaultFeatures: import("../option-readers.js").Reader<boolean>;
    readonly features: import("../option-readers.js").Reader<readonly string[]>;
    readonly target: import("../option-readers.js").Reader<string | undefined>;
    readonly addTarget: import("../option-readers.js").Reader<boolean>;
    readonly profile: import("../option-readers.js").Reader<string | undefined>;
    readonly release: import("../option-readers.js").Reader<boolean>;
    readonly locked: import("../option-readers.js").Reader<boolean>;
    readonly flags: import("../option-readers.js").Reader<readonly string[]>;
};
/** The options with every default filled in. */
export interface Cargo {
    readonly packages: readonly string[];
    readonly workspace: boolean;
    readonly exclude: readonly string[];
    readonly allTargets: boolean;
    readonly allFeatures: boolean;
    readonly noDefaultFeatures: boolean;
    readonly features: readonly string[];
    readonly target: string | undefined;
    readonly addTarget: boolean;
    readonly profile: string | undefined;
    readonly release: boolean;
    readonly locked: boolean;
    readonly flags: readonly string[];
}
/** Returns the flags for the shell, each after a space. Contradictions are errors. */
export declare function cargoFlags(where: string, cargo: Cargo): string;
