import process from 'node:process'
import type { ExitCode } from '../errors.ts'
import type { Command } from '../specs/index.ts'
import { isLocal, runsHere, runsInContainer } from './chosen.ts'
import type { Given, Here } from './run-in-container.ts'

/**
 * Runs the line in the container and returns its exit code, if this machine has no sandboxes or the
 * settings require the container. Restarts an ordinary user's process in a namespace where it can
 * create sandboxes. Returns undefined if the command runs in this process. Throws exit 4 without
 * Docker or the image.
 */
export async function handOver({ name, spec }: Command, context: Given, here: Here): Promise<ExitCode | undefined> {
  // Does not read the settings, so that it works even if they are malformed.
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
