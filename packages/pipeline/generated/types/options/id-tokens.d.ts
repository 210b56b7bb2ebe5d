import type { IrToken } from '../ir/index.js';
/** Variable to audience: whom the token is for. The variable names the file of the token. */
export type IdTokenOptions = Readonly<Record<string, string>>;
export declare function idTokensOf(where: string, value: unknown): Readonly<Record<string, IrToken>>;
export declare function audienceOf(where: string, value: unknown): string;
