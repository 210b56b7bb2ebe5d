import type { Step } from '../step.js';
/** Options of every toolchain function. */
export interface EntryOptions {
    /**
     * The directory of the tool's project, relative to the project directory, which is the default.
     */
    readonly path?: string;
    /** The image of the first step; ignored if `base` is given. */
    readonly image?: string;
    /** A step that already has the packages: it replaces the toolchain's own first step. */
    readonly base?: Step;
}
/** The readers of `EntryOptions`. */
export declare const ENTRY: {
    readonly path: import("./option-readers.js").Reader<string>;
    readonly image: import("./option-readers.js").Reader<string | undefined>;
    readonly base: import("./option-readers.js").Reader<Step | undefined>;
};
/** The image or step on which a tool is installed. */
export interface Ground {
    readonly image: string | undefined;
    readonly base: Step | undefined;
}
/** The installation of a tool. */
export interface Install {
    /** The `:TAG:` of the labels. */
    readonly tag: string;
    readonly packages: readonly string[];
    /** Part of the label of the install step. */
    readonly name: string;
    readonly command: string;
}
/** Returns the step that installs a tool, on its Debian packages or on the caller's base. */
export declare function installStep({ image, base }: Ground, { tag, packages, name, command }: Install): Step;
