/** A glob of the dialect of `ir.md` 2.3, ready to match paths given as `a/b/c`. */
export interface PathGlob {
    /** The components before the first wildcard: a walk may start there. */
    readonly literalPrefix: readonly string[];
    /** The largest number of components of a match; Infinity with a `**`. */
    readonly maxDepth: number;
    /** A trailing `**` fits directories only. */
    readonly directoriesOnly: boolean;
    matches(path: string): boolean;
}
/** Whether a path pattern needs globbing, or names one path. */
export declare function isGlob(pattern: string): boolean;
/**
 * Returns what is wrong with a path pattern (absolute, or with a `..`) as a phrase; undefined when
 * it is valid.
 */
export declare function pathProblem(pattern: string): string | undefined;
/** Returns the components of a relative path, without `.` and empty ones. */
export declare function pathComponents(path: string): string[];
/** Compiles a path glob. The pattern must have no `pathProblem`. */
export declare function pathGlob(pattern: string): PathGlob;
/**
 * Whether a changed file matches a glob: the glob matches the file or a directory above it, as
 * `on_change` of a directory covers its files. An invalid pattern matches nothing.
 */
export declare function coversFile(pattern: string, file: string): boolean;
