/** One element of a pattern: a run of any length, or a test of exactly one item. */
export type Wild<T> = '*' | ((item: T) => boolean);
/**
 * Whether the whole of `items` fits the pattern. Only the newest run is ever extended, so the cost is at most quadratic:
 * a pattern from outside cannot make it exponential, as it could a regular expression.
 */
export declare function matchesWild<T>(pattern: readonly Wild<T>[], items: readonly T[]): boolean;
/** Whether a whole name (branch, tag, value) fits a ref glob: `*` is any run, `/` included; `?` one character; all else is literal. */
export declare function matchesRefGlob(glob: string, name: string): boolean;
