import { type JsonObject, type Reader } from './read.js';
/** A step's request for files of another step, by key. */
export interface InputDraft {
    readonly from: string;
    /** JSON pointer of `from`. */
    readonly at: string;
}
/** Refuses a step's `artifacts`, `inputs` and `services`. An empty list asks for nothing. */
export declare function refuseInStep(reader: Reader, step: JsonObject, at: string): void;
/** The well-formed part of a step's `inputs`. */
export declare function readInputs(step: JsonObject, at: string): readonly InputDraft[];
