import type { PlannedInput } from '../plan.js';
import { type Reader } from './read.js';
/** A step's request for files of another step, by key. */
export interface InputDraft extends Omit<PlannedInput, 'from'> {
    readonly from: string;
    /** JSON pointer of `from`. */
    readonly at: string;
}
/** Reads a step's `inputs` and drops entries without a usable key or path. */
export declare function readInputs(reader: Reader, value: unknown, at: string): readonly InputDraft[];
