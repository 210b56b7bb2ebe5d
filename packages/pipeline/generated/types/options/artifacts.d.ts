import type { IrArtifact } from '../ir/index.js';
/** Files of the workspace that are kept after the step. */
export interface ArtifactOptions {
    /** A path or glob, relative to the workspace. */
    readonly path: string;
    /** After which outcome: `passed` (by default), `failed` or `always`. */
    readonly when?: 'passed' | 'failed' | 'always';
    /** Their kind: `file` (by default), or a report. */
    readonly kind?: 'file' | 'junit' | 'coverage';
}
/** Files that a step keeps. A path stands for its matches after a pass. */
export declare function artifactsOf(where: string, value: unknown): readonly IrArtifact[];
