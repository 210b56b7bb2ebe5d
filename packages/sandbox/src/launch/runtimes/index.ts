import { crun } from './crun.ts'
import { runsc } from './runsc.ts'
import type { Runtime, RuntimeName } from './runtime.ts'

export type { Runtime, RuntimeName, RuntimeTarget } from './runtime.ts'

export const runtimes: Readonly<Record<RuntimeName, Runtime>> = { crun, runsc }

/** The allowed values of the setting; the first one is the default. */
export const runtimeNames: readonly RuntimeName[] = ['crun', 'runsc']
