import type { CheckResult, PlanResult } from './plan.js';
/**
 * Parses and plans an IR document of either form. Never throws: checks JSON, size, version, shape, limits and graph in this order, and
 * reports the first problem with its place and how many more there are. What nothing runs yet is a problem too.
 */
export declare function parsePlan(text: string): PlanResult;
/**
 * Whether a document is right, whatever the product runs of it: the same checks in the same order as `parsePlan`, but a well-formed `artifacts`,
 * `inputs` or `services` of a step is none of its problems. So a document that passes here and not there is unsupported, not wrong.
 */
export declare function checkDocument(text: string): CheckResult;
