import type { CheckResult, PlanResult } from './plan.js';
/**
 * Parses and plans an IR document of either form. Never throws. It checks JSON, size, version,
 * shape, limits and graph in this order, and reports the first problem with its place and the
 * number of further ones.
 */
export declare function parsePlan(text: string, features?: readonly import("./features.js").Feature[]): PlanResult;
/** Checks a document as `parsePlan` does. */
export declare function checkDocument(text: string): CheckResult;
