import type { Config } from '../config/config.ts'
import type { Context, Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { version } from '../version.ts'
import { type Area, type Check, checksOf, forBackend } from './check.ts'
import { gatherDisk, gatherNetwork } from './gather-machine.ts'
import { gatherProject } from './gather-project.ts'
import { gatherServer } from './gather-server.ts'
import { gatherTools } from './gather-tools.ts'
import { judgeDisk, judgeNetwork } from './judge-machine.ts'
import { judgeProject } from './judge-project.ts'
import { judgeOtherPlatform, judgeSandbox } from './judge-sandbox.ts'
import { judgeServer } from './judge-server.ts'
import { judgeTools } from './judge-tools.ts'
import { showArea, verdict } from './show.ts'
import { TooSlow } from './time-limit.ts'

/**
 * `hm doctor` (cli.md 8). Checks all areas at the same time, and shows each in this order once it
 * is complete.
 */
export const run: Handler<'doctor'> = async (context) => {
  const { output, global, cacheDirectory } = context
  const config = await configOrProblem(context)
  const settings = typeof config === 'string' ? undefined : config
  const backend = settings?.get('backend') ?? 'local'
  const areas: readonly [Area, Promise<Check[]>][] = [
    ['tools', checkArea('tools', async () => judgeTools(await gatherTools(context)))],
    ['project', checkArea('project', async () => judgeProject(await gatherProject(context, config)))],
    [
      'disk',
      checkArea('disk', async () => judgeDisk(await gatherDisk(cacheDirectory, settings?.get('cache.max_gb') ?? 20))),
    ],
    ['network', checkArea('network', async () => judgeNetwork(await gatherNetwork(context)))],
    [
      'server',
      checkArea('server', async () =>
        settings === undefined ? [] : judgeServer(await gatherServer(context, settings)),
      ),
    ],
    ['sandbox', checkArea('sandbox', () => sandbox(context, settings))],
  ]
  // Each may reject before it is awaited below.
  for (const [, looking] of areas) looking.catch(() => {})
  const checks: Check[] = []
  for (const [area, looking] of areas) {
    const found = (await looking).map((check) => forBackend(check, backend))
    checks.push(...found)
    if (!global.json && found.length > 0) await showArea(output, area, found)
  }
  if (global.json) await output.json({ data: checks })
  else await output.print(verdict(checks))
  return checks.some(({ status }) => status === 'failure') ? exits.doctor : exits.ok
}

async function configOrProblem(context: Context<'doctor'>): Promise<Config | string> {
  try {
    return await context.config()
  } catch (error) {
    if (error instanceof HmError) return error.message
    throw error
  }
}

async function checkArea(area: Area, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look()
  } catch (error) {
    const { failure } = checksOf(area)
    if (error instanceof HmError && error.code === 'wrong_setting')
      return [failure('setting', error.message, error.fix ?? 'correct it')]
    if (error instanceof TooSlow) return [failure('time', error.message, 'find out why this machine is slow')]
    if (isRefusal(error)) return [failure('access', error.message, 'change its owner, or run hm as its owner')]
    throw error
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))
}

async function sandbox(context: Context<'doctor'>, config: Config | undefined): Promise<Check[]> {
  const { platform } = process
  if (platform === 'win32') return judgeOtherPlatform(platform)
  if (platform !== 'linux' || config?.get('sandbox.driver') === 'docker') {
    const { checkContainer } = await import('./container.ts')
    return checkContainer(config?.get('sandbox.container_image') ?? `harmont/hm:${version}`)
  }
  // Imported on Linux only, because it reads Linux's own files.
  const { gatherSandbox } = await import('./gather-sandbox.ts')
  return judgeSandbox(await gatherSandbox(context))
}
