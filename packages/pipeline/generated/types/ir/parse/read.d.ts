/**
 * Readers of single values. Each returns the value, or undefined after adding a problem to
 * `problems`. Null counts as absent.
 */
import { type Problems } from './problems.js';
export type JsonObject = Readonly<Record<string, unknown>>;
export declare function isObject(value: unknown): value is JsonObject;
/** Returns a member of a JSON object; null counts as absent. */
export declare function member(object: JsonObject, name: string): unknown;
/**
 * Returns the JSON pointer of a member or an entry. For a member name that is too long or not
 * storable, returns the pointer of its object.
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
    /** Whether steps may name steps outside the document, as in an appended document. */
    readonly namesOthers: boolean;
    constructor(problems: Problems, namesOthers?: boolean);
    object(value: unknown, at: string, { expected, fix, required }?: Expectation): JsonObject | undefined;
    list(value: unknown, at: string, options?: Expectation & {
        readonly max?: number;
        readonly of?: string;
    }): readonly unknown[] | undefined;
    boolean(value: unknown, at: string): boolean | undefined;
    /** Reads any string of valid Unicode without U+0000. */
    text(value: unknown, at: string, { expected, fix, required }?: Expectation): string | undefined;
    /** Reads a string of 1 to `max` characters (code points). */
    name(value: unknown, at: string, max: number, options?: Expectation): string | undefined;
    /** Reads one of the given words. */
    word<T extends string>(value: unknown, at: string, words: readonly T[], options?: Expectation): T | undefined;
    /** Reads a whole number from `min` to `max`. */
    integer(value: unknown, at: string, min: number, max?: number, options?: Expectation): number | undefined;
    /** Reads each entry of a list with `read` and drops refused entries. */
    listOf<T>(value: unknown, at: string, read: (entry: unknown, at: string) => T | undefined, options?: Expectation & {
        readonly max?: number;
        readonly of?: string;
    }): T[] | undefined;
    /** Warns about each unknown member. */
    unknownMembers(object: JsonObject, known: ReadonlySet<string>, at: string): void;
    shape(at: string, expected: string, value: unknown, fix: string): void;
    limit(at: string, expected: string, got: string, fix: string): void;
}
/** Whether a text can be stored and sent everywhere: valid Unicode without U+0000. */
export declare function isStorable(text: string): boolean;
export {};
