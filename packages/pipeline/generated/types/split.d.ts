import type { Leaves, Step, Wait } from './step.js';
export interface SplitOptions {
    /**
     * A path or glob of files of the source, relative to the workspace. A directory stands for all
     * files in it. `$HARMONT_SPLIT` names a file that lists the shard's files, one per line.
     */
    readonly files: string;
}
/** A part of a split, to which some of the files are dealt. */
export interface Shard {
    /** From 1. */
    readonly index: number;
    readonly total: number;
    /** Returns a name that is unique per shard: `test 1/4`. */
    name(text: string): string;
}
/**
 * Returns the results of `fn` for each of `total` shards as a flat list of leaves. The files are
 * dealt out so that all shards take about the same time. Labels of steps made by `fn` include the
 * shard.
 */
export declare function split(total: number, options: SplitOptions, fn: (shard: Shard) => Leaves): readonly (Step | Wait)[];
