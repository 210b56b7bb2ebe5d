/**
 * The range of commands [start, end) that a command waits for, and whether their failure is
 * tolerated.
 */
export interface GateRange {
    readonly start: number;
    readonly end: number;
    readonly tolerant: boolean;
}
/**
 * The gate rule of `pipeline.md` 3 for the SDK and the flat form: the effect of a `wait` on later
 * commands. A gate always covers a run of commands before the current segment, so two indexes
 * describe it.
 */
export declare class Gate {
    #private;
    /** Adds the next command and returns its gate. */
    command(): GateRange;
    /**
     * Adds a wait. After a tolerant wait, commands start regardless of the outcome of earlier
     * commands.
     */
    wait(tolerant: boolean): void;
}
