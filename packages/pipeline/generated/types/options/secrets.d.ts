/** Names of secrets that are variables of the same name, or variable to secret. */
export type SecretOptions = readonly string[] | Readonly<Record<string, string>>;
/** Reads both forms as variable to secret. */
export declare function secretsOf(where: string, value: unknown): Readonly<Record<string, string>>;
/** Reads a name that a variable and a secret can have. */
export declare function variableOf(where: string, value: unknown, fix: string): string;
