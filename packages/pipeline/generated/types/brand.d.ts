import type { Step, Wait } from './step.js';
export declare const BRAND: unique symbol;
/** Whether a value is a step, of this or of another copy of the SDK. */
export declare function isStep(value: unknown): value is Step;
export declare function isWait(value: unknown): value is Wait;
/** The nearest step with a command, starting with the step itself. */
export declare function nearestCommand(step: Step | null): Step | null;
