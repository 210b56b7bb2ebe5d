import { type Reader } from './read.js';
export type Names = Readonly<Record<string, string>>;
/**
 * Reads an `env` of names and values; null counts as absent. Returns undefined for an absent `env`,
 * so that a shared one is not copied.
 */
export declare function readEnv(reader: Reader, value: unknown, at: string): Names | undefined;
/** Reads `secrets`, a map from environment names to names of secrets. */
export declare function readSecrets(reader: Reader, value: unknown, at: string): Names | undefined;
export declare function checkSecretName(reader: Reader, name: string, at: string): void;
/** Returns a description of valid names for shells and secrets; undefined if the name is valid. */
export declare function variableProblem(name: string): string | undefined;
/** Adds a problem when the environment of one node is over its limit. */
export declare function checkEnvSize(reader: Reader, env: Names, at: string): void;
export declare function checkSecretCount(reader: Reader, secrets: Names, at: string): void;
/** Returns the number of UTF-8 bytes of names and values. */
export declare function envSize(env: Names): number;
/**
 * Returns `lower` overlaid by `upper`, without a copy if one is absent. The spread syntax defines
 * members, so a variable `__proto__` stays a variable.
 */
export declare function overlay(lower: Names | undefined, upper: Names | undefined): Names;
