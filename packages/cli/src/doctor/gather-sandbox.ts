import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { probe } from '@harmont/sandbox'
import type { Context } from '../command.ts'
import { localHome } from '../local/home.ts'
import type { SandboxFacts } from './judge-sandbox.ts'
import { tryStep } from './real-step.ts'
import { within } from './time-limit.ts'

const probeLimitMs = 3000

/** For Linux only. */
export async function gatherSandbox({
  cacheDirectory,
  env,
  output,
}: Pick<Context, 'cacheDirectory' | 'env' | 'output'>): Promise<SandboxFacts> {
  const home = localHome(cacheDirectory)
  const { problems, packages } = await within(probeLimitMs, probe(home.root))
  return {
    kernel: release(),
    cgroups: cgroupsOf(readFileSync('/proc/self/mounts', 'utf8')),
    problems,
    packages,
    userNamespaces: numberIn('/proc/sys/user/max_user_namespaces', /^(\d+)/),
    inotifyInstances: numberIn('/proc/sys/fs/inotify/max_user_instances', /^(\d+)/),
    openFiles: numberIn('/proc/self/limits', /^Max open files +\S+ +(\d+)/m),
    step: problems.length === 0 ? await tryStep(home, env, output.say) : undefined,
  }
}

function cgroupsOf(mounts: string): SandboxFacts['cgroups'] {
  const types = new Set(mounts.split('\n').map((line) => line.split(' ')[2]))
  if (types.has('cgroup2')) return types.has('cgroup') ? 'hybrid' : 'v2'
  return types.has('cgroup') ? 'v1' : 'none'
}

/** Undefined: this kernel has no such limit. */
function numberIn(file: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
