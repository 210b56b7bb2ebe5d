/** Reads the `tests` options of a step (`ir.md` 1.3). */
import type { PlannedTests } from '../plan.js';
import { type Reader } from './read.js';
/** Default maximum of runs of a red step that find its flaky tests. */
export declare const DEFAULT_FORKS = 10;
/** Returns undefined for a step without options. An empty object selects the defaults. */
export declare function readTests(reader: Reader, value: unknown, at: string): PlannedTests | undefined;
