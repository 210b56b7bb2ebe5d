import type { Draft } from './parse/draft.js';
import { type JsonObject, Reader } from './parse/read.js';
import type { CheckResult, PlanError, PlanResult } from './plan.js';
/**
 * Parses and plans an IR document of either form. Never throws. Checks JSON, size, version, shape,
 * limits and graph in this order. Reports the first problem with its place and the number of
 * further problems.
 */
export declare function parsePlan(text: string): PlanResult;
/** Checks a document like `parsePlan`. */
export declare function checkDocument(text: string): CheckResult;
type Opened = {
    readonly ok: true;
    readonly document: JsonObject;
} | {
    readonly ok: false;
    readonly error: PlanError;
};
/** Checks that a text is a document of a known version. */
export declare function openDocument(text: string): Opened;
/** Reads a document of either form. */
export declare function readDraft(reader: Reader, document: JsonObject): Draft;
export {};
