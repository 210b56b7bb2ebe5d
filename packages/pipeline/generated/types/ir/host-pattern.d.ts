/** Patterns of hosts (`ir.md` 1.9): `name`, `*.name`, either with `:port`. */
export interface HostPattern {
    /** In lower case, without `*.`. */
    readonly name: string;
    /** Whether it stands for all names below `name`, and not for `name` itself. */
    readonly isWild: boolean;
    readonly port: number;
}
/** Reads a pattern of either case; undefined when it is none. */
export declare function hostPattern(text: string): HostPattern | undefined;
/** Returns the short form: in lower case, and without the port of HTTPS. */
export declare function hostText({ name, isWild, port }: HostPattern): string;
/** Whether each host of `inner` is one of `outer`. */
export declare function coversHosts(outer: HostPattern, inner: HostPattern): boolean;
