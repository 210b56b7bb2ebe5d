import process from 'node:process'
import type { Context } from '../command.ts'
import type { Command } from '../commands.ts'
import type { ExitCode } from '../errors.ts'
import { isLocal, runsInContainer } from './chosen.ts'

/** The line as it was given, and where. */
export interface Here {
  readonly line: readonly string[]
  readonly workingDirectory: string
  /** Input, output and messages are all one terminal. */
  readonly isTerminal: boolean
}

export type Given = Pick<Context, 'env' | 'directory' | 'stdin' | 'signal' | 'onSecondInterrupt' | 'config'> & {
  readonly flags: Readonly<Record<string, unknown>>
  readonly args: Readonly<Record<string, unknown>>
}

/**
 * Where this machine has no sandboxes of its own, or the setting says so: runs the line in the container and gives its exit code.
 * Undefined: the command runs here. Throws exit 4 where there is no Docker, or no image.
 */
export async function handOver({ name, spec }: Command, context: Given, here: Here): Promise<ExitCode | undefined> {
  if (!isLocal(name)) return undefined
  const config = await context.config()
  const { platform } = process
  const asked = { platform, driver: config.get('sandbox.driver'), backend: config.get('backend'), flags: context.flags }
  if (!runsInContainer(name, asked)) return undefined
  const { runInContainer } = await import('./run-in-container.ts')
  return runInContainer(spec, context, config, here)
}
