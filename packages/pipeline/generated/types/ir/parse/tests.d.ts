/** Reads what a step asks of its tests (`ir.md` 1.3). */
import type { PlannedTests } from '../plan.js';
import { type Reader } from './read.js';
/** The most runs of a red step that tell its flaky tests, where the step does not say. */
export declare const DEFAULT_FORKS = 10;
/** Returns undefined where a step asks for nothing. An empty object asks for the defaults. */
export declare function readTests(reader: Reader, value: unknown, at: string): PlannedTests | undefined;
