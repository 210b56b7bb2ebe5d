import type { IrCachePolicy } from './document.js';
/** The paths and globs of files that a cache policy watches, each once. */
export declare function watchedPaths(policy: IrCachePolicy): readonly string[];
