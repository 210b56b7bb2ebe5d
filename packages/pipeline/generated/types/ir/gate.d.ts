/** The commands, as a range of indexes [start, end), that a command has to wait for, and whether their failure is tolerated. */
export interface GateRange {
    readonly start: number;
    readonly end: number;
    readonly tolerant: boolean;
}
/**
 * The gate rule of `pipeline.md` 3, for the SDK and the flat form: what `wait` asks of the commands after it. Commands are numbered as they come,
 * and a gate always is the run of commands before the segment, so two indexes hold it.
 */
export declare class Gate {
    #private;
    /** Takes the next command and gives what it waits for. */
    command(): GateRange;
    /** Takes a wait; with a tolerant one the commands after it start whatever became of those before. */
    wait(tolerant: boolean): void;
}
