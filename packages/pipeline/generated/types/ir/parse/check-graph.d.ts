import type { PlannedStep } from '../plan.js';
import type { Draft } from './draft.js';
import { type Problems } from './problems.js';
/** Image of a step for which neither it nor its pipeline names one. */
export declare const DEFAULT_IMAGE = "ubuntu:24.04";
/**
 * Checks a draft as a graph and completes its steps. The result counts only when no problem was
 * added.
 */
export declare function planGraph(problems: Problems, draft: Draft): PlannedStep[];
