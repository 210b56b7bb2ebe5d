import process from 'node:process'
import type { ExitCode } from '../errors.ts'
import type { Command } from '../specs/index.ts'
import { isLocal, runsHere, runsInContainer } from './chosen.ts'
import type { Given, Here } from './run-in-container.ts'

/**
 * Runs the line in the container and returns its exit code, where this machine has no sandboxes or
 * the settings ask for it. Restarts an ordinary user's process in a namespace where it can make
 * sandboxes. Returns undefined where the command runs here. Throws exit 4 without Docker or the
 * image.
 */
export async function handOver({ name, spec }: Command, context: Given, here: Here): Promise<ExitCode | undefined> {
  // Independent of the settings, also when they cannot be read.
  if (name === 'doctor') await enterNamespace(context.env, here.launcher)
  if (!isLocal(name)) return undefined
  const config = await context.config()
  const { platform } = process
  const asked = { platform, driver: config.get('sandbox.driver'), backend: config.get('backend'), flags: context.flags }
  if (!runsInContainer(name, asked)) {
    // A later error reports the missing sandbox.
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
