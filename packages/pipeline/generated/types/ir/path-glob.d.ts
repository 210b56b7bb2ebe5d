/** A compiled glob of the dialect of `ir.md` 2.3; matches paths such as `a/b/c`. */
export interface PathGlob {
    /** The components before the first wildcard, where a walk may start. */
    readonly literalPrefix: readonly string[];
    /** The largest number of components of a match; Infinity with a `**`. */
    readonly maxDepth: number;
    /** Whether the glob matches directories only, as a trailing `**` does. */
    readonly directoriesOnly: boolean;
    matches(path: string): boolean;
}
/** Whether a path pattern contains wildcards rather than naming one path. */
export declare function isGlob(pattern: string): boolean;
/**
 * Returns the problem of a path pattern (absolute, or with a `..`) as a phrase; undefined for a
 * valid one.
 */
export declare function pathProblem(pattern: string): string | undefined;
/** Returns the components of a relative path, without `.` and empty ones. */
export declare function pathComponents(path: string): string[];
/** Compiles a path glob. The pattern must have no `pathProblem`. */
export declare function pathGlob(pattern: string): PathGlob;
/**
 * Whether a glob matches a changed file or a directory above it, because `on_change` of a directory
 * covers its files. An invalid pattern matches nothing.
 */
export declare function coversFile(pattern: string, file: string): boolean;
