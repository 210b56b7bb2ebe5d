/**
 * Compares texts by Unicode code point (= UTF-8 bytes), never by UTF-16 unit or locale. A negative
 * result means that `a` comes first.
 */
export declare function compareText(a: string, b: string): number;
/** Orders paths component by component, each by code point: `a/b` comes before `a-b`. */
export declare function comparePaths(a: string, b: string): number;
