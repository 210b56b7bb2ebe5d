/** The files of the embedded database, created completely or not at all. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Stage } from './stage.ts'

export const superuser = 'harmont'

/**
 * Creates the cluster in `data` below the state directory unless it exists. `password` is the
 * superuser's.
 */
export async function ensureCluster(stage: Stage, state: string, password: string): Promise<void> {
  const data = join(state, 'data')
  if (existsSync(join(data, 'PG_VERSION'))) return
  await mkdir(state, { recursive: true, mode: 0o700 })
  await stage.own(state)
  // Created under another name and renamed when complete, so that a kill leaves nothing that looks
  // like a cluster.
  await rm(join(state, 'unfinished'), { recursive: true, force: true })
  const passwordFile = join(state, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await stage.own(passwordFile)
  try {
    await initdb(stage)
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(join(state, 'unfinished'), data)
}

async function initdb(stage: Stage): Promise<void> {
  const child = stage.spawn(
    'initdb',
    [
      `--pgdata=${stage.state}/unfinished`,
      `--username=${superuser}`,
      '--auth=scram-sha-256',
      `--pwfile=${stage.state}/password`,
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  if (child.stdout === null || child.stderr === null) throw new Error('initdb was started without pipes')
  const ended = once(child, 'close')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code, signal] = await ended
  if (code === 0) return
  const said = `${output}${errors}`.slice(-2000)
  // The root of a container often lacks the right to create the namespace of the stage.
  const hint = said.includes('unshare failed')
    ? 'As root, the embedded database needs CAP_SYS_ADMIN to create a mount namespace. Start the server as an ordinary user, or set HARMONT_DATABASE_URL.'
    : ''
  throw new Error(`initdb exited with ${code ?? signal}:\n${said}${hint}`)
}
