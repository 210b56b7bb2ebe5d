/**
 * The hosts that a step may reach: `registry.npmjs.org`, `*.example.com`, `github.com:22`. `[]`
 * allows none; `observe` allows all, and records them for a list.
 */
export type Egress = readonly string[] | 'observe';
export declare function egressOf(where: string, value: unknown): Egress;
export declare function hostsOf(where: string, value: unknown): readonly string[];
