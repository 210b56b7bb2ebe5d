/** Variables: numbers and booleans become what they print as. */
export type EnvOptions = Readonly<Record<string, string | number | boolean>>;
/** Variables as texts. */
export declare function envOf(where: string, value: unknown): Readonly<Record<string, string>>;
