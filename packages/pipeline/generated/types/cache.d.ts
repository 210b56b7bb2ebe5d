import type { IrCachePolicy } from './ir/index.js';
import { type Duration } from './duration.js';
/**
 * Decides when a step's file system may come from an earlier build. The functions below make
 * policies.
 */
export type CachePolicy = IrCachePolicy;
type Policy<Name> = Extract<IrCachePolicy, {
    readonly policy: Name;
}>;
export type CacheForever = Policy<'forever'>;
export type CacheTTL = Policy<'ttl'>;
export type CacheOnChange = Policy<'on_change'>;
export type CacheCompose = Policy<'compose'>;
export interface EnvKeys {
    /** Variables of the rendering process whose values are part of the key. */
    readonly envKeys?: readonly string[];
}
/** Keeps the result until the command, or a variable of `envKeys`, changes. */
export declare function forever(options?: EnvKeys): CacheForever;
/**
 * Keeps the result for a duration. The entries of all steps expire together, at multiples of the
 * duration since 1970.
 */
export declare function ttl(duration: Duration, options?: EnvKeys): CacheTTL;
/**
 * Keeps the result until a file below one of the paths or globs changes. Paths are relative to the
 * project directory.
 */
export declare function onChange(...paths: readonly string[]): CacheOnChange;
/** Keeps the result as long as it is valid under each of the policies. */
export declare function compose(...policies: readonly CachePolicy[]): CacheCompose;
/** Keeps nothing: the step always runs. */
export declare function none(): Policy<'none'>;
/**
 * Checks that a value was made by one of the functions above, of this or of another copy of the
 * SDK.
 */
export declare function cachePolicyOf(where: string, value: unknown): CachePolicy;
export {};
