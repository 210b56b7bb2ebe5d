import type { IrArtifact } from '../ir/index.js';
/** The report in which the command tells of its tests. */
export interface TestOptions {
    /**
     * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
     * It is read and kept however the command ends.
     */
    readonly report: string;
}
/** Reads the option `tests` into the artifact that it stands for. */
export declare function testsOf(where: string, value: unknown): IrArtifact;
