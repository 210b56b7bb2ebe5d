/** Patterns of hosts (`ir.md` 1.9): `name`, `*.name`, either with `:port`. */
export interface HostPattern {
    /** The host name in lower case, without `*.`. */
    readonly name: string;
    /** Whether the pattern matches all names below `name`, but not `name` itself. */
    readonly isWild: boolean;
    readonly port: number;
}
/** Parses a pattern in any letter case; returns undefined for an invalid one. */
export declare function hostPattern(text: string): HostPattern | undefined;
/** Returns the short form: lower case, without the port of HTTPS. */
export declare function hostText({ name, isWild, port }: HostPattern): string;
/** Whether `outer` matches each host that `inner` matches. */
export declare function coversHosts(outer: HostPattern, inner: HostPattern): boolean;
