import type { CachePolicy } from '../cache.js';
import type { Step } from '../step.js';
/** Reads one option of a call: returns the checked value, or its default. */
export type Reader<T> = (where: string, value: unknown) => T;
/** A reader for each member of an options interface. */
export type ReadersOf<Options> = {
    readonly [Name in keyof Required<Options>]: Reader<unknown>;
};
export declare function flag(fallback: boolean): Reader<boolean>;
export declare const text: Reader<string | undefined>;
export declare function textOr(fallback: string): Reader<string>;
/** Reads a list of texts, empty by default. */
export declare const texts: Reader<readonly string[]>;
export declare const count: Reader<number | undefined>;
export declare function countOr(fallback: number): Reader<number>;
export declare function word<const T extends string>(words: readonly T[]): Reader<T | undefined>;
export declare function wordOr<const T extends string>(words: readonly T[], fallback: T): Reader<T>;
/** Reads a text of a given form, such as a version. `expected` names the form with an example. */
export declare function form(pattern: RegExp, expected: string): Reader<string | undefined>;
export declare function formOr(pattern: RegExp, expected: string, fallback: string): Reader<string>;
/** Reads the directory of the tool's project; empty means the project directory itself. */
export declare const path: Reader<string>;
export declare const image: Reader<string | undefined>;
export declare const base: Reader<Step | undefined>;
export declare const cache: Reader<CachePolicy | undefined>;
