import type { IrArtifact } from '../ir/index.js';
import { type Duration } from '../duration.js';
/** Files of the workspace that are kept after the step. */
export interface ArtifactOptions {
    /**
     * A path or glob, relative to the workspace. A directory stands for all files in it. A link
     * counts only if it leads to a file of the workspace.
     */
    readonly path: string;
    /** The outcome after which files are kept: `passed` (by default), `failed` or `always`. */
    readonly when?: 'passed' | 'failed' | 'always';
    /** Their kind: `file` (by default), or a report. */
    readonly kind?: 'file' | 'junit' | 'coverage';
    /**
     * The time for which they are kept, at most a year; by default the server's retention time.
     */
    readonly expires?: Duration;
    /** Whether the step fails if nothing matches. */
    readonly required?: boolean;
}
/** Reads the files that a step keeps. A path alone stands for its matches after a passed step. */
export declare function artifactsOf(where: string, value: unknown): readonly IrArtifact[];
