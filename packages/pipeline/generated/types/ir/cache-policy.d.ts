import type { IrCachePolicy } from './document.js';
/** Whether a policy is known and has what its key is made of: in a document that no SDK has made it may lack that, and is then without a key. */
export declare function isWholePolicy(policy: IrCachePolicy): boolean;
/** The paths and globs of files that a cache policy watches, each once. */
export declare function watchedPaths(policy: IrCachePolicy): readonly string[];
