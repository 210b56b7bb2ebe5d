import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import process from 'node:process'
import { promisify } from 'node:util'
import { hasReflinks, probe } from '@harmont/sandbox'
import { privilegeMode } from '@harmont/sandbox/privilege'
import type { Context } from '../context.ts'
import { isMissing } from '../is-missing.ts'
import { localHome } from '../records/home.ts'
import { ociRuntime } from '../sandboxes/sandbox-options.ts'
import type { SandboxFacts, UserFacts } from './judge-sandbox.ts'
import { tryStep } from './real-step.ts'
import { within } from './time-limit.ts'

/** The limit leaves time for runsc, whose probe starts a container. */
const probeLimitMs = 10_000

const run = promisify(execFile)

/** Works on Linux only. */
export async function gatherSandbox({
  cacheDirectory,
  env,
  output,
}: Pick<Context, 'cacheDirectory' | 'env' | 'output'>): Promise<SandboxFacts> {
  const home = localHome(cacheDirectory)
  const runtime = ociRuntime(env)
  const { problems, packages } = await within(probeLimitMs, probe(home.root, runtime))
  const step = problems.length === 0 ? await tryStep(home, env, output.say) : undefined
  return {
    kernel: release(),
    cgroups: cgroupsOf(readFileSync('/proc/self/mounts', 'utf8')),
    runtime: await versionOf(runtime),
    monitor: await versionOf('conmon'),
    user: await gatherUser(env),
    problems,
    packages,
    userNamespaces: numberIn('/proc/sys/user/max_user_namespaces', /^(\d+)/),
    inotifyInstances: numberIn('/proc/sys/fs/inotify/max_user_instances', /^(\d+)/),
    openFiles: numberIn('/proc/self/limits', /^Max open files +\S+ +(\d+)/m),
    step,
    // The step has created the directory.
    sharesCopies: step?.ok === true ? await hasReflinks(home.root) : undefined,
  }
}

function cgroupsOf(mounts: string): SandboxFacts['cgroups'] {
  const types = new Set(mounts.split('\n').map((line) => line.split(' ')[2]))
  if (types.has('cgroup2')) return types.has('cgroup') ? 'hybrid' : 'v2'
  return types.has('cgroup') ? 'v1' : 'none'
}

/** Returns a name and version such as `crun 1.21`; undefined if the program is missing. */
async function versionOf(program: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 3000, killSignal: 'SIGKILL' })
    return `${program} ${/version (\S+)/.exec(stdout)?.[1] ?? 'of an unknown version'}`
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Reads a kernel limit; undefined if this kernel has none. */
function numberIn(file: string, pattern: RegExp): number | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Returns the user's details; undefined for root. */
async function gatherUser(env: Readonly<Record<string, string | undefined>>): Promise<UserFacts | undefined> {
  if (privilegeMode.kind === 'root') return undefined
  return {
    // In the namespace the user's own id has root's name.
    name: env.USER ?? env.LOGNAME ?? String(privilegeMode.kind === 'mapped' ? privilegeMode.user : process.getuid?.()),
    isMapped: privilegeMode.kind === 'mapped',
    hasDocker: await hasDocker(),
  }
}

async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format={{.Server.Version}}'], { timeout: 3000, killSignal: 'SIGKILL' })
    return true
  } catch {
    return false // There is none, or it does not answer this user: both mean no.
  }
}
