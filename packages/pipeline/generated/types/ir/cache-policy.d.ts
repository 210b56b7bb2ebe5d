import type { IrCachePolicy } from './document.js';
/**
 * Whether a policy is known and complete. A document that no SDK made may lack parts, and then has
 * no key.
 */
export declare function isWholePolicy(policy: IrCachePolicy): boolean;
/** Returns the paths and globs of files that a cache policy watches, each once. */
export declare function watchedPaths(policy: IrCachePolicy): readonly string[];
