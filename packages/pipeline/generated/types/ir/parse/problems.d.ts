import type { PlanError, PlanErrorCode } from '../plan.js';
/**
 * Stages of a document's checks in their order (`ir.md` 1.6). Problems of earlier stages are
 * reported first.
 */
export type Stage = 'shape' | 'limit' | 'graph';
export interface Problem {
    readonly stage: Stage;
    readonly code?: PlanErrorCode;
    /** JSON pointer. */
    readonly at: string;
    readonly expected: string;
    /** A phrase; see `describe`. */
    readonly got: string;
    /** The advice, as a sentence. */
    readonly fix: string;
}
/** Collects the problems of a document: the first of each stage, and the total number. */
export declare class Problems {
    #private;
    add(problem: Problem): void;
    /**
     * Adds a warning for the author. Only the first 20 are kept, which bounds the list for any
     * document.
     */
    warn(sentence: () => string): void;
    get warnings(): readonly string[];
    /** Whether a problem of an earlier stage makes the check of the graph pointless. */
    get beforeGraph(): boolean;
    /** Returns the problem to report; undefined when there is none. */
    get error(): PlanError | undefined;
}
/**
 * Formats the error as in `ir.md` 1.6. `place` replaces the pointer if the document is not JSON.
 */
export declare function planError(code: PlanErrorCode, pointer: string, { expected, got, fix }: Pick<Problem, 'expected' | 'got' | 'fix'>, more?: number, place?: string): PlanError;
/**
 * Returns a value as a short phrase for messages that is safe to store: no byte 0, no lone
 * surrogates, about 80 characters.
 */
export declare function describe(value: unknown): string;
/** Returns a whole number with separators. */
export declare function grouped(value: number): string;
