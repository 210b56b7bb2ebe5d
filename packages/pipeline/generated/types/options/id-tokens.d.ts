import type { IrToken } from '../ir/index.js';
/**
 * Maps each variable to the token's audience. The variable contains the path of the token's file.
 */
export type IdTokenOptions = Readonly<Record<string, string>>;
export declare function idTokensOf(where: string, value: unknown): Readonly<Record<string, IrToken>>;
export declare function audienceOf(where: string, value: unknown): string;
