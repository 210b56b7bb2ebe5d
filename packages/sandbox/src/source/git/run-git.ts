import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { childEnd } from '../../system/processes.ts'

/** Environment variables passed to git: proxies and trusted certificates. */
const passedOn = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'GIT_SSL_CAINFO',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/** Applies to every call, regardless of the machine's git configuration. */
const configuration: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'credential.helper': '',
  // Names that only other systems treat as .git are ordinary here.
  'core.protectNTFS': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  // Each fetch makes exactly one pack, because git directories of builds hard-link packs.
  'fetch.unpackLimit': '1',
  'fetch.recurseSubmodules': 'false',
  'transfer.bundleURI': 'false',
  // git would send the Authorization header to the redirect's target.
  'http.followRedirects': 'false',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
}

export interface GitOptions {
  /** A bare repository. */
  readonly repository: string
  readonly stdin?: string
  /**
   * A lock that git inherits, so that the lock is held until git ends, even if this process ends
   * earlier.
   */
  readonly lockFd?: number
  readonly indexFile?: string
  /**
   * Value of an Authorization header for http. Not passed as an argument, because every process on
   * the machine can read arguments.
   */
  readonly authorization?: string | null
  readonly timeoutMs?: number
}

/** Thrown if git exited with an error. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure'
  /** The end of its stderr, in English. */
  readonly complaint: string
  constructor(command: string, how: string, complaint: string) {
    super(`git ${command}: ${how}: ${complaint}`)
    this.complaint = complaint
  }
}

/** Starts git with our configuration only, limited to http and https. */
function startGit(args: readonly string[], options: GitOptions): ChildProcessByStdio<Writable, Readable, Readable> {
  const { repository, lockFd, indexFile, authorization = null, timeoutMs } = options
  const settings = Object.entries(configuration)
  if (authorization !== null) settings.push(['http.extraHeader', `Authorization: ${authorization}`])
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return spawn('git', [`--git-dir=${repository}`, ...args], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe', ...(lockFd === undefined ? [] : [lockFd])],
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    env: {
      ...Object.fromEntries(
        passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
      ),
      ...Object.fromEntries(numbered),
      ...(indexFile === undefined ? {} : { GIT_INDEX_FILE: indexFile }),
      GIT_CONFIG_COUNT: String(settings.length),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ALLOW_PROTOCOL: 'http:https',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
      LC_ALL: 'C',
    },
  }) as ChildProcessByStdio<Writable, Readable, Readable>
}

/**
 * Runs git and returns its standard output. Rejects with `GitFailure`, or with an error saying that
 * git is not installed.
 */
export async function runGit(args: readonly string[], options: GitOptions): Promise<Buffer> {
  const git = startGit(args, options)
  const ended = gitEnd(git, args[0] ?? '')
  // If git exits without reading its input, its exit status gives the reason.
  git.stdin.on('error', () => {})
  git.stdin.end(options.stdin)
  const output: Buffer[] = []
  git.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  await ended
  return Buffer.concat(output)
}

/**
 * Resolves when git exits with 0; rejects as `runGit` does. Call it immediately after `startGit`.
 */
async function gitEnd(git: ChildProcessByStdio<Writable, Readable, Readable>, command: string): Promise<void> {
  const { code, signal, complaint } = await childEnd(git).catch((cause: unknown) => {
    throw new Error('cannot start git on this machine: apt-get install git', { cause })
  })
  if (code !== 0) throw new GitFailure(command, signal ?? `exit ${code}`, complaint)
}

/**
 * Runs git while `use` reads its output, and waits for its end. Rejects as `runGit` or `use` does.
 */
export async function readGit<T>(
  args: readonly string[],
  repository: string,
  use: (git: ReturnType<typeof startGit>) => Promise<T>,
): Promise<T> {
  const git = startGit(args, { repository })
  const ended = gitEnd(git, args[0] ?? '')
  // Awaited below, but git may fail while its output is still being read.
  ended.catch(() => {})
  try {
    const result = await use(git)
    await ended
    return result
  } finally {
    // Unread output would keep git from exiting.
    git.stdout.destroy()
    git.kill()
    await ended.catch(() => {})
  }
}
