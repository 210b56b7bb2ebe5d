type D = `${number}d`;
type H = `${number}h`;
type M = `${number}m`;
type S = `${number}s`;
/** Whole positive seconds, or a string such as `"90s"`, `"1h30m"` or `"1d"`. */
export type Duration = number | (D | H | M | S) | (`${D}${H}` | `${D}${M}` | `${D}${S}` | `${H}${M}` | `${H}${S}` | `${M}${S}`) | (`${D}${H}${M}` | `${D}${H}${S}` | `${D}${M}${S}` | `${H}${M}${S}` | `${D}${H}${M}${S}`);
/** The longest timeout of a step or a build, in seconds: a week. */
export declare const MAX_TIMEOUT = 604800;
/** Reads a duration in whole seconds, from 1 to `max`. `where` names the call in an error. */
export declare function seconds(where: string, duration: unknown, max?: number): number;
export {};
