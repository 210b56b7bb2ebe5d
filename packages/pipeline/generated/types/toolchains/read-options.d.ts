import { type EnvOptions } from '../options/env.js';
import type { Step, StepOptions } from '../step.js';
import type { Reader } from './option-readers.js';
/**
 * Options of an action for its step: all step options except the directory, which the toolchain
 * sets.
 */
export type ActionOptions = Omit<StepOptions, 'cwd'>;
type Readers = Readonly<Record<string, Reader<unknown>>>;
type Values<R extends Readers> = {
    readonly [Name in keyof R]: R[Name] extends Reader<infer T> ? T : never;
};
/**
 * Reads the options of a toolchain function, each with its reader. Any other option is an error.
 */
export declare function readOptions<R extends Readers>(where: string, options: object, readers: R): Values<R>;
/** Reads the options of an action: its own, each with its reader, and those of its step. */
export declare function readAction<R extends Readers>(where: string, options: object, readers: R): {
    readonly own: Values<R>;
    readonly step: ActionOptions;
};
/** Defaults of an action for its step; the caller's options override them. */
export interface ActionDefaults {
    readonly label: string;
    /** The tool's variables; the caller's override them. */
    readonly env?: EnvOptions;
}
/** Returns a toolchain's command as a step; the caller's options override the action's own. */
export declare function actionStep(from: Step, command: string, defaults: ActionDefaults, options: ActionOptions): Step;
export {};
