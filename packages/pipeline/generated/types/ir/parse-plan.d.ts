import type { CheckResult, PlanResult } from './plan.js';
/**
 * Parses and plans an IR document of either form. Never throws. It checks JSON, size, version,
 * shape, limits and graph in this order, and reports the first problem with its place and the
 * number of further ones. A feature that the product does not run yet is a problem too.
 */
export declare function parsePlan(text: string): PlanResult;
/**
 * Checks a document without regard to what the product runs: the same checks as `parsePlan`, but
 * a quarantine of tests is allowed. A document that passes here and not there is unsupported, not
 * wrong.
 */
export declare function checkDocument(text: string): CheckResult;
