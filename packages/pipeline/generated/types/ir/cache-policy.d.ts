import type { IrCachePolicy } from './document.js';
/**
 * Whether a policy is known and complete. A document not made by an SDK may lack parts; its step
 * then has no key.
 */
export declare function isWholePolicy(policy: IrCachePolicy): boolean;
/** Returns the paths and globs of files that a cache policy watches, each once. */
export declare function watchedPaths(policy: IrCachePolicy): readonly string[];
