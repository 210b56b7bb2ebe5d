/** Reads `append` and `after_appended` of a step (`ir.md` 1.10). */
import type { PlannedAppend } from '../plan.js';
import { type Reader } from './read.js';
/** A reference by key to a generator whose appended steps a step waits for. */
export interface AfterAppended {
    readonly from: string;
    /** JSON pointer of the key. */
    readonly at: string;
}
/** Returns undefined if a step may append nothing. An empty object selects the defaults. */
export declare function readAppend(reader: Reader, value: unknown, at: string): PlannedAppend | undefined;
/** Reads `after_appended`: keys of generators whose appended steps a step waits for. */
export declare function readAfterAppended(reader: Reader, value: unknown, at: string): readonly AfterAppended[];
