import type { PlannedStep } from '../plan.js';
import type { Draft, StepNames } from './draft.js';
import { type Problems } from './problems.js';
/** Image of a step when neither it nor its pipeline names one. */
export declare const DEFAULT_IMAGE = "ubuntu:24.04";
/**
 * Checks a draft as a graph and completes its steps. The result counts only when no problem was
 * added. `outer` gives steps that the draft does not have a number below 0, for a draft that is
 * appended: a root without an image keeps none.
 */
export declare function planGraph(problems: Problems, draft: Draft, outer?: StepNames): PlannedStep[];
