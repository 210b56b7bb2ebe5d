import type { PlanError, PlanErrorCode } from '../plan.js';
/**
 * Order of the checks of a document (`ir.md` 1.6). A problem of an earlier stage is reported first.
 */
export type Stage = 'shape' | 'limit' | 'graph';
export interface Problem {
    readonly stage: Stage;
    readonly code?: PlanErrorCode;
    /** JSON pointer. */
    readonly at: string;
    readonly expected: string;
    /** As a phrase; see `describe`. */
    readonly got: string;
    /** The advice, as a sentence. */
    readonly fix: string;
}
/** Collects what is wrong with a document: the first problems of each stage, and their number. */
export declare class Problems {
    #private;
    add(problem: Problem): void;
    /**
     * Adds a sentence for the author. Only the first 20 are kept, so that a wrong document cannot
     * make a long list.
     */
    warn(sentence: () => string): void;
    get warnings(): readonly string[];
    /** Whether a problem makes the graph not worth checking. */
    get beforeGraph(): boolean;
    /** Returns the problem to report; undefined when there is none. */
    get error(): PlanError | undefined;
}
/**
 * Words the error as in `ir.md` 1.6. `place` replaces the pointer where the document is not JSON.
 */
export declare function planError(code: PlanErrorCode, pointer: string, { expected, got, fix }: Pick<Problem, 'expected' | 'got' | 'fix'>, more?: number, place?: string): PlanError;
/**
 * Returns a value as a short phrase for messages that is safe to store: no byte 0, no lone
 * surrogates, about 80 characters.
 */
export declare function describe(value: unknown): string;
/** Returns a whole number with separators. */
export declare function grouped(value: number): string;
