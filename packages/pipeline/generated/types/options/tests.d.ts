import type { IrArtifact, IrTests } from '../ir/index.js';
import { type Duration } from '../duration.js';
/** The report in which the command tells of its tests, and how red ones are looked into. */
export interface TestOptions {
    /**
     * A path or glob, relative to the workspace, of JUnit XML, the output of `go test -json`, or TAP.
     * It is read and kept however the command ends.
     */
    readonly report: string;
    /**
     * The most times that the server runs the command of a red step again, to find out which of its
     * failed tests are flaky; 10 by default, 0 for never. Each run is a fork of the step's start.
     */
    readonly forks?: number;
    /** Time that all these runs may take together; `"5m"` by default, an hour at most. */
    readonly budget?: Duration;
    /**
     * A command that runs one test: `$HARMONT_TEST_FILE` and `$HARMONT_TEST_NAME` say which. It
     * writes the same report.
     */
    readonly rerun?: string;
    /**
     * Whether the step fails softly when all its failed tests are in quarantine, and tests that are
     * proved flaky on the default branch are put there; false by default.
     */
    readonly quarantine?: boolean;
}
/** Reads the option `tests` into the artifact that it stands for, and what it asks of the tests. */
export declare function testsOf(where: string, value: unknown): {
    readonly artifact: IrArtifact;
    readonly tests: IrTests;
};
