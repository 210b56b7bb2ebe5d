import { type EnvOptions } from '../options/env.js';
import type { Step } from '../step.js';
import type { ActionOptions } from './read-options.js';
/** What an action says of its step before the caller does. */
export interface ActionDefaults {
    readonly label: string;
    /** Variables of the tool; the caller's are laid over them. */
    readonly env?: EnvOptions;
}
/** A command of a toolchain as a step: the caller's options over the action's own. */
export declare function actionStep(from: Step, command: string, defaults: ActionDefaults, options: ActionOptions): Step;
