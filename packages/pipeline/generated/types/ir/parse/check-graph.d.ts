import type { PlannedStep } from '../plan.js';
import type { Draft, StepNames } from './draft.js';
import { type Problems } from './problems.js';
/** Default image of a step if neither the step nor its pipeline names one. */
export declare const DEFAULT_IMAGE = "ubuntu:24.04";
/**
 * Checks a draft as a graph and completes its steps. The result is valid only if no problem was
 * added. For an appended draft, `outer` maps the keys of steps outside the draft to negative
 * numbers, and a root without an image keeps none.
 */
export declare function planGraph(problems: Problems, draft: Draft, outer?: StepNames): PlannedStep[];
