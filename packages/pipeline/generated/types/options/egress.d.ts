/**
 * The hosts that a step may reach: `registry.npmjs.org`, `*.example.com`, `github.com:22`; `[]` for
 * none, `observe` for all, which are noted so that a list can be made of them.
 */
export type Egress = readonly string[] | 'observe';
export declare function egressOf(where: string, value: unknown): Egress;
export declare function hostsOf(where: string, value: unknown): readonly string[];
