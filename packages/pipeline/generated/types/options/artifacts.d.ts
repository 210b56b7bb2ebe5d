import type { IrArtifact } from '../ir/index.js';
import { type Duration } from '../duration.js';
/** Files of the workspace that are kept after the step. */
export interface ArtifactOptions {
    /**
     * A path or glob, relative to the workspace. A directory stands for all files in it. A link counts
     * only when it leads to a file of the workspace.
     */
    readonly path: string;
    /** After which outcome: `passed` (by default), `failed` or `always`. */
    readonly when?: 'passed' | 'failed' | 'always';
    /** Their kind: `file` (by default), or a report. */
    readonly kind?: 'file' | 'junit' | 'coverage';
    /** How long they are kept, at most a year; by default as long as the organization keeps them. */
    readonly expires?: Duration;
    /** Whether the step fails when nothing matches. */
    readonly required?: boolean;
}
/** Files that a step keeps. A path stands for its matches after a pass. */
export declare function artifactsOf(where: string, value: unknown): readonly IrArtifact[];
