/** One element of a pattern: a run of any length, or a test of exactly one item. */
export type Wild<T> = '*' | ((item: T) => boolean);
/**
 * Whether all of `items` match the pattern. Only the newest run is extended, so the cost is at most
 * quadratic. A regular expression could take exponential time on an untrusted pattern.
 */
export declare function matchesWild<T>(pattern: readonly Wild<T>[], items: readonly T[]): boolean;
/**
 * Whether a whole name (branch, tag, value) matches a ref glob: `*` is any run, `/` included; `?`
 * is one character; everything else is literal.
 */
export declare function matchesRefGlob(glob: string, name: string): boolean;
