import type { IrCachePolicy } from './ir/index.js';
import { type Duration } from './duration.js';
/** When a step's file system may be taken from an earlier build; made by the functions here. */
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
/** Kept until the command, or a variable of `envKeys`, changes. */
export declare function forever(options?: EnvKeys): CacheForever;
/**
 * Kept for a duration; entries of all steps end at its multiples since 1970, not after its time
 * from the first run.
 */
export declare function ttl(duration: Duration, options?: EnvKeys): CacheTTL;
/**
 * Kept until a file under one of the paths or globs, relative to the project directory, changes.
 */
export declare function onChange(...paths: readonly string[]): CacheOnChange;
/** Kept while each of the policies would keep it. */
export declare function compose(...policies: readonly CachePolicy[]): CacheCompose;
/** Never kept: the step always runs. */
export declare function none(): Policy<'none'>;
/**
 * Checks that a value was made by one of the functions above, of this or of another copy of the
 * SDK.
 */
export declare function cachePolicyOf(where: string, value: unknown): CachePolicy;
export {};
