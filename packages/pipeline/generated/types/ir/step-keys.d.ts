/** Inputs of the key of a command step, in emission order. */
export interface Keyless {
    readonly key: string | undefined;
    readonly label: string | undefined;
    readonly command: string;
    /** Index of the direct parent if it is a command step; undefined behind a scratch or a fork. */
    readonly parent: number | undefined;
}
/**
 * Returns the key of each step (`ir.md` 2.1): its own key, its label's slug if unique, or a hash.
 * Parents come before children.
 */
export declare function stepKeys(steps: readonly Keyless[]): string[];
/**
 * Returns the key of a step without its own key and without a usable label. `parent` is the key of
 * its direct parent, or ''.
 */
export declare function positionKey(parent: string, command: string, position: number): string;
