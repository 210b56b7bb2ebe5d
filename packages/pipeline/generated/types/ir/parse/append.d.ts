/** Reads `append` and `after_appended` of a step (`ir.md` 1.10). */
import type { PlannedAppend } from '../plan.js';
import { type Reader } from './read.js';
/** A step whose appended steps another one waits for, by key. */
export interface AfterAppended {
    readonly from: string;
    /** JSON pointer of the key. */
    readonly at: string;
}
/** Returns undefined where a step may append nothing. An empty object asks for the defaults. */
export declare function readAppend(reader: Reader, value: unknown, at: string): PlannedAppend | undefined;
/** Reads the keys of steps whose appended steps a step waits for. */
export declare function readAfterAppended(reader: Reader, value: unknown, at: string): readonly AfterAppended[];
