import process from 'node:process'
import type { ExitCode } from '../errors.ts'
import type { Command } from '../specs/index.ts'
import { isLocal, runsHere, runsInContainer } from './chosen.ts'
import type { Given, Here } from './run-in-container.ts'

/**
 * Where this machine has no sandboxes of its own, or the setting says so: runs the line in the
 * container and gives its exit code. An ordinary user's process begins anew where it can make
 * sandboxes. Undefined: the command runs here. Throws exit 4 where there is no Docker, or no image.
 */
export async function handOver({ name, spec }: Command, context: Given, here: Here): Promise<ExitCode | undefined> {
  // Whatever the settings are, and also when they cannot be read.
  if (name === 'doctor') await enterNamespace(context.env, here.launcher)
  if (!isLocal(name)) return undefined
  const config = await context.config()
  const { platform } = process
  const asked = { platform, driver: config.get('sandbox.driver'), backend: config.get('backend'), flags: context.flags }
  if (!runsInContainer(name, asked)) {
    // What cannot be had is told by whoever wants a sandbox.
    if (runsHere(name, asked)) await enterNamespace(context.env, here.launcher)
    return undefined
  }
  const { runInContainer } = await import('./run-in-container.ts')
  return runInContainer(spec, context, config, here)
}

async function enterNamespace(env: Given['env'], launcher: number | undefined): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() === 0) return
  const ordinary = await import('@harmont/sandbox/privilege')
  await ordinary.enterNamespace({ ...env, ...(launcher === undefined ? {} : { HM_LAUNCHER: String(launcher) }) })
}
