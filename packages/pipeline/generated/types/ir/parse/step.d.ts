import type { PlannedStep } from '../plan.js';
import { type AfterAppended } from './append.js';
import type { Names } from './env.js';
import { type InputDraft } from './inputs.js';
import { type JsonObject, type Reader } from './read.js';
import { type ServiceDraft } from './services.js';
/**
 * A step as read from either form: all members except its edges, with the pointer of its object.
 */
export interface StepDraft extends Omit<PlannedStep, 'image' | 'buildsIn' | 'dependsOn' | 'inputs' | 'services' | 'afterAppended'> {
    readonly at: string;
    readonly image: string | undefined;
    /** Each entry becomes a `depends_on` edge. */
    readonly inputs: readonly InputDraft[];
    readonly services: readonly ServiceDraft[];
    /** Each entry also becomes a `depends_on` edge. */
    readonly afterAppended: readonly AfterAppended[];
}
/** The members of a step that both forms have. */
export declare const STEP_FIELDS: string[];
/**
 * Reads a step with its complete environment. Returns undefined after adding a problem for an
 * unusable key or command.
 */
export declare function readStep(reader: Reader, step: JsonObject, at: string, env: Names, secrets: Names): StepDraft | undefined;
