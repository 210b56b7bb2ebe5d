import { type EnvOptions } from '../options/env.js';
import type { Step, StepOptions } from '../step.js';
import type { Reader } from './option-readers.js';
/** Options of an action for its step: everything but the directory, which is the toolchain's. */
export type ActionOptions = Omit<StepOptions, 'cwd'>;
type Readers = Readonly<Record<string, Reader<unknown>>>;
type Values<R extends Readers> = {
    readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never;
};
/** The options of an entry, each read by its reader. Any other option is an error. */
export declare function readOptions<R extends Readers>(where: string, options: object, readers: R): Values<R>;
/** The options of an action: its own, each read by its reader, and those of its step. */
export declare function readAction<R extends Readers>(where: string, options: object, readers: R): {
    readonly own: Values<R>;
    readonly step: ActionOptions;
};
/** Defaults of an action for its step, below the caller's options. */
export interface ActionDefaults {
    readonly label: string;
    /** Variables of the tool; the caller's are laid over them. */
    readonly env?: EnvOptions;
}
/** A command of a toolchain as a step: the caller's options over the action's own. */
export declare function actionStep(from: Step, command: string, defaults: ActionDefaults, options: ActionOptions): Step;
export {};
