import { type JsonObject, type Reader } from './read.js';
/** A step's request for files of another step, by key. */
export interface InputDraft {
    readonly from: string;
    /** JSON pointer of `from`. */
    readonly at: string;
}
/** Refuses what a step asks for and nothing runs yet. What is empty asks for nothing. */
export declare function refuseInStep(reader: Reader, step: JsonObject, at: string): void;
/** The well-formed part of a step's `inputs`. */
export declare function readInputs(step: JsonObject, at: string): readonly InputDraft[];
