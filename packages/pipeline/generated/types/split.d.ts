import type { Leaves, Step, Wait } from './step.js';
export interface SplitOptions {
    /**
     * A path or glob of files of the source, relative to the workspace. A directory stands for all
     * files in it. `$HARMONT_SPLIT` names a file that lists the ones of each shard, one a line.
     */
    readonly files: string;
}
/** One of the parts that the files of a split are dealt out to. */
export interface Shard {
    /** From 1. */
    readonly index: number;
    readonly total: number;
    /** Returns a name that is unique per shard: `test 1/4`. */
    name(text: string): string;
}
/**
 * Returns the results of `fn` for each of `total` shards as a flat list of leaves. The files are
 * dealt out so that all shards take about the same time. Labels of steps made by it tell the shard.
 */
export declare function split(total: number, options: SplitOptions, fn: (shard: Shard) => Leaves): readonly (Step | Wait)[];
