declare const RUNNERS: readonly ['default', 'vm', 'docker'];
/** The kind of machine for a step; all three mean the same one. */
export type Runner = (typeof RUNNERS)[number];
export declare function runnerOf(where: string, value: unknown): Runner;
/** Reads the runner's options, which are passed on as JSON. */
export declare function runnerArgsOf(where: string, value: unknown): Readonly<Record<string, unknown>>;
export {};
