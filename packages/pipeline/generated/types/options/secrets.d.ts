/**
 * Names of secrets, each of which becomes the variable of the same name, or a map from variable to
 * secret.
 */
export type SecretOptions = readonly string[] | Readonly<Record<string, string>>;
/** Reads both forms as a map from variable to secret. */
export declare function secretsOf(where: string, value: unknown): Readonly<Record<string, string>>;
/** Reads a name that is valid for both a variable and a secret. */
export declare function variableOf(where: string, value: unknown, fix: string): string;
