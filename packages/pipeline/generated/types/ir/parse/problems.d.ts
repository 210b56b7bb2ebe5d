import type { PlanError, PlanErrorCode } from '../plan.js';
/** The order in which a document is checked (`ir.md` 1.6); a problem of an earlier stage is reported before one of a later. */
export type Stage = 'shape' | 'limit' | 'unsupported' | 'graph';
export interface Problem {
    readonly stage: Stage;
    readonly code?: PlanErrorCode;
    /** JSON pointer. */
    readonly at: string;
    readonly expected: string;
    /** As a phrase; see `describe`. */
    readonly got: string;
    /** What to do, as a sentence. */
    readonly fix: string;
}
/** Collects what is wrong with a document: the first problems of each stage, and how many there are. */
export declare class Problems {
    #private;
    /** `ignored`: a stage whose problems are none. */
    constructor(ignored?: Stage);
    add(problem: Problem): void;
    /** A sentence for the author; only the first 20 are made and kept, so that a wrong document cannot make a long list. */
    warn(sentence: () => string): void;
    get warnings(): readonly string[];
    /** Whether something is wrong that makes the graph not worth checking. */
    get beforeGraph(): boolean;
    /** The problem to report, or undefined when there is none. */
    get error(): PlanError | undefined;
}
/** The error in the words of `ir.md` 1.6. `place` stands for the pointer where the document is no JSON. */
export declare function planError(code: PlanErrorCode, pointer: string, { expected, got, fix }: Pick<Problem, 'expected' | 'got' | 'fix'>, more?: number, place?: string): PlanError;
/** A value as a short phrase for messages, safe to store: no byte 0, no lone surrogates, at most some 80 characters. */
export declare function describe(value: unknown): string;
/** A whole number with separators, as limits are written. */
export declare function grouped(value: number): string;
