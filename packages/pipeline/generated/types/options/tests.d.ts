import type { IrArtifact, IrTests } from '../ir/index.js';
import { type Duration } from '../duration.js';
/** The command's test report, and the treatment of its failed tests. */
export interface TestOptions {
    /**
     * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
     * The report is read and kept however the command ends.
     */
    readonly report: string;
    /**
     * The maximum number of times that the server repeats the command of a failed step to find its
     * flaky tests; 10 by default, 0 for never. Each run starts in a fork of the step's initial file
     * system.
     */
    readonly forks?: number;
    /** The time limit of all these runs together; `"5m"` by default, an hour at most. */
    readonly budget?: Duration;
    /**
     * A command that runs the one test that `$HARMONT_TEST_FILE` and `$HARMONT_TEST_NAME` name, and
     * writes the same report.
     */
    readonly rerun?: string;
    /**
     * Whether the step fails softly if all its failed tests are in quarantine. It also puts tests in
     * quarantine that are proved flaky on the default branch. False by default.
     */
    readonly quarantine?: boolean;
}
/** Reads the option `tests` into the artifact of its report, and the settings for its tests. */
export declare function testsOf(where: string, value: unknown): {
    readonly artifact: IrArtifact;
    readonly tests: IrTests;
};
