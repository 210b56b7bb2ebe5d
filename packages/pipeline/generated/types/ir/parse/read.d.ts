/**
 * Readers of single values. Each returns the value, or undefined after adding what is wrong to
 * `problems`. Null and absent mean the same.
 */
import { type Problems } from './problems.js';
export type JsonObject = Readonly<Record<string, unknown>>;
export declare function isObject(value: unknown): value is JsonObject;
/** Returns a member of a JSON object; null counts as absent. */
export declare function member(object: JsonObject, name: string): unknown;
/**
 * Returns a JSON pointer one step further down. A member name that no message can carry (too long
 * or not storable) gives the pointer of its object.
 */
export declare function below(at: string, name: string | number): string;
interface Expectation {
    /** A phrase for messages; by default the type. */
    readonly expected?: string;
    /** The advice, as a sentence. */
    readonly fix?: string;
    /** Whether an absent value is a problem. */
    readonly required?: boolean;
}
export declare class Reader {
    readonly problems: Problems;
    /** Whether steps may name steps that the document does not have, as in one that is appended. */
    readonly namesOthers: boolean;
    constructor(problems: Problems, namesOthers?: boolean);
    object(value: unknown, at: string, { expected, fix, required }?: Expectation): JsonObject | undefined;
    list(value: unknown, at: string, options?: Expectation & {
        readonly max?: number;
        readonly of?: string;
    }): readonly unknown[] | undefined;
    boolean(value: unknown, at: string): boolean | undefined;
    /** Any string of valid Unicode without U+0000. */
    text(value: unknown, at: string, { expected, fix, required }?: Expectation): string | undefined;
    /** A string of 1 to `max` characters (code points). */
    name(value: unknown, at: string, max: number, options?: Expectation): string | undefined;
    /** One of the words. */
    word<T extends string>(value: unknown, at: string, words: readonly T[], options?: Expectation): T | undefined;
    /** A whole number from `min` to `max`. */
    integer(value: unknown, at: string, min: number, max?: number, options?: Expectation): number | undefined;
    /** Reads a list with `read` for its entries, and leaves out refused ones. */
    listOf<T>(value: unknown, at: string, read: (entry: unknown, at: string) => T | undefined, options?: Expectation & {
        readonly max?: number;
        readonly of?: string;
    }): T[] | undefined;
    /** Warns about each member that no reader knows. */
    unknownMembers(object: JsonObject, known: ReadonlySet<string>, at: string): void;
    shape(at: string, expected: string, value: unknown, fix: string): void;
    limit(at: string, expected: string, got: string, fix: string): void;
}
/** Whether a text can be stored and sent everywhere: valid Unicode without U+0000. */
export declare function isStorable(text: string): boolean;
export {};
