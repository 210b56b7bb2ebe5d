import { type Reader } from './read.js';
export type Names = Readonly<Record<string, string>>;
/**
 * Reads an `env`: name to value, null meaning absent. Returns undefined when it is absent, so that
 * a shared one is not copied.
 */
export declare function readEnv(reader: Reader, value: unknown, at: string): Names | undefined;
/** Reads `secrets`: environment name to name of the secret. */
export declare function readSecrets(reader: Reader, value: unknown, at: string): Names | undefined;
export declare function checkSecretName(reader: Reader, name: string, at: string): void;
/** Returns what is expected of a name for shells and secrets; undefined for a valid one. */
export declare function variableProblem(name: string): string | undefined;
/** Adds a problem when the environment of one node is over its limit. */
export declare function checkEnvSize(reader: Reader, env: Names, at: string): void;
export declare function checkSecretCount(reader: Reader, secrets: Names, at: string): void;
/** Bytes of names and values in UTF-8. */
export declare function envSize(env: Names): number;
/**
 * Returns `upper` laid over `lower`; an absent one costs no copy. Spread defines members, so a
 * variable `__proto__` stays one.
 */
export declare function overlay(lower: Names | undefined, upper: Names | undefined): Names;
