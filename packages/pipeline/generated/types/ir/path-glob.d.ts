/** A glob of the dialect of `ir.md` 2.3, ready to match paths given as `a/b/c`. */
export interface PathGlob {
    /** The components before the first one with a wildcard: a walk may start there. */
    readonly literalPrefix: readonly string[];
    /** How many components a match has at most; Infinity with a `**`. */
    readonly maxDepth: number;
    /** A trailing `**` fits directories only. */
    readonly directoriesOnly: boolean;
    matches(path: string): boolean;
}
/** Whether a path pattern needs globbing, or names one path. */
export declare function isGlob(pattern: string): boolean;
/** What is wrong with a path pattern (absolute, or with a `..`), as a phrase; undefined when it is well. */
export declare function pathProblem(pattern: string): string | undefined;
/** The components of a relative path; `.` and empty ones carry no meaning. */
export declare function pathComponents(path: string): string[];
/** Compiles a path glob. The pattern must have no `pathProblem`. */
export declare function pathGlob(pattern: string): PathGlob;
/**
 * Whether a changed file falls under a glob: the glob fits the file, or a directory that holds it, as `on_change` of a directory
 * covers what is in it. A pattern with a `pathProblem` fits nothing.
 */
export declare function coversFile(pattern: string, file: string): boolean;
