import { execFile, spawn } from 'node:child_process'
import { SourceError } from './source-error.ts'

/**
 * Variables through which a git hook directs its children to one repository and index. They are
 * removed, so that only the directory decides.
 */
const pointers = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
]

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0' }
  for (const name of pointers) delete env[name]
  return env
}

export interface GitAnswer {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs git in a directory for a short answer. Returns null if git is not installed. */
export function git(
  directory: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<GitAnswer | null> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      [...args],
      { cwd: directory, env: { ...environment(), ...variables }, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ status: 0, stdout, stderr })
        else if (error.code === 'ENOENT') resolve(null)
        else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr })
        else reject(error)
      },
    )
  })
}

/**
 * Yields the NUL-terminated texts of a git command's output as bytes. Fails with SourceError
 * `git_failed`.
 */
export async function* gitRecords(directory: string, args: readonly string[]): AsyncGenerator<Buffer> {
  const child = spawn('git', args, { cwd: directory, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.on('data', (piece: Buffer) => {
    words = (words + piece.toString()).slice(-2_000)
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  // A reader that stops early does not await this promise.
  ended.catch(() => {})
  let rest = Buffer.alloc(0)
  for await (const piece of child.stdout) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    let start = 0
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      yield bytes.subarray(start, end)
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
  const status = await ended
  if (status !== 0) throw gitFailed(directory, words)
}

/**
 * Returns the error for a message of git. A repository of another owner, common in a container,
 * gets one sentence instead of git's four lines.
 */
export function gitFailed(directory: string, stderr: string): SourceError {
  const repository = /dubious ownership in repository at '(.+)'/.exec(stderr)?.[1]
  if (repository !== undefined)
    return new SourceError(
      'git_failed',
      `git refuses ${repository}, which belongs to another user. If you trust it: git config --global --add safe.directory '${repository}'`,
    )
  const why = stderr.trim() || 'it said nothing'
  return new SourceError('git_failed', `git cannot list the files of ${directory}: ${why}`)
}
