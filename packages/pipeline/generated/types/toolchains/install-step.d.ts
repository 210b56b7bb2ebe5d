import type { Step } from '../step.js';
/** Options of every entry. */
export interface EntryOptions {
    /** Directory of the tool's project, relative to the project directory, which is the default. */
    readonly path?: string;
    /** Image of the first step; not used where `base` is given. */
    readonly image?: string;
    /** A step that has the packages already: it takes the place of the toolchain's own first step. */
    readonly base?: Step;
}
/** The readers of these options. */
export declare const ENTRY: {
    readonly path: import("./option-readers.js").Reader<string>;
    readonly image: import("./option-readers.js").Reader<string | undefined>;
    readonly base: import("./option-readers.js").Reader<Step | undefined>;
};
/** Where a tool is installed. */
export interface Ground {
    readonly image: string | undefined;
    readonly base: Step | undefined;
}
/** How a tool is installed. */
export interface Install {
    /** The `:TAG:` of the labels. */
    readonly tag: string;
    readonly packages: readonly string[];
    /** Part of the label of the install step. */
    readonly name: string;
    readonly command: string;
}
/** Returns the step that installs a tool, on its packages or on the caller's base. */
export declare function installStep({ image, base }: Ground, { tag, packages, name, command }: Install): Step;
