/** Variables by name. Numbers and booleans become text. */
export type EnvOptions = Readonly<Record<string, string | number | boolean>>;
/** Reads variables as texts. */
export declare function envOf(where: string, value: unknown): Readonly<Record<string, string>>;
