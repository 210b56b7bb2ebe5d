import type { ServiceProgram } from '../launch/runtime-config.ts'
import { idCount } from '../privilege/id-ranges.ts'
import type { ImageProgram } from '../sandbox-driver.ts'
import { ServiceError } from '../service-error.ts'
import type { ServiceRecord } from './service-record.ts'

/** Reads a file of the service's base; undefined if it is absent. */
type Read = (path: string) => Promise<string | undefined>

interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

/**
 * Returns the program that a service starts: its command or its image's program, as the image's
 * user.
 */
export async function serviceProgram(
  { name, command }: Pick<ServiceRecord, 'name' | 'command'>,
  program: ImageProgram | undefined,
  read: Read,
): Promise<ServiceProgram> {
  const args = command === null ? (program?.args ?? []) : ['sh', '-c', command]
  if (args.length === 0)
    throw new ServiceError(
      'service_failed',
      name,
      `The service ${name} has nothing to start: its image defines no program. Give the service a command.`,
    )
  try {
    return { args, ...(await ownerOf(read, program?.user ?? '')) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ServiceError('service_failed', name, `The service ${name} cannot start: ${reason}.`, { cause: error })
  }
}

/** Resolves a USER of an image, `NAME[:GROUP]` with names or numbers. */
async function ownerOf(read: Read, wanted: string): Promise<Omit<ServiceProgram, 'args'>> {
  const [user = '', group = ''] = wanted.split(':', 2)
  if (user === '' || user === '0' || user === 'root') {
    const gid = group === '' ? 0 : await groupId(read, group)
    return { user: { uid: 0, gid, additionalGids: [] }, home: '/root' }
  }
  const accounts = await accountsIn(read)
  const account = accounts.find(({ name, uid }) => name === user || String(uid) === user)
  const uid = account?.uid ?? idOf(user)
  if (uid === undefined) throw new Error(`its image has no user ${JSON.stringify(user)}`)
  const gid = group === '' ? (account?.gid ?? 0) : await groupId(read, group)
  const additionalGids = account === undefined || group !== '' ? [] : await groupsOf(read, account.name)
  return { user: { uid, gid, additionalGids }, home: account?.home || '/' }
}

async function groupId(read: Read, group: string): Promise<number> {
  const gid = idOf(group) ?? (await linesOf(read, '/etc/group')).find(([name]) => name === group)?.[2]
  const id = typeof gid === 'string' ? idOf(gid) : gid
  if (id === undefined) throw new Error(`its image has no group ${JSON.stringify(group)}`)
  return id
}

async function groupsOf(read: Read, user: string): Promise<readonly number[]> {
  const groups = (await linesOf(read, '/etc/group')).filter(([, , , members = '']) => members.split(',').includes(user))
  return groups.flatMap(([, , gid = '']) => idOf(gid) ?? [])
}

async function accountsIn(read: Read): Promise<readonly Account[]> {
  return (await linesOf(read, '/etc/passwd')).flatMap(([name = '', , uid = '', gid = '', , home = '']) => {
    const ids = { uid: idOf(uid), gid: idOf(gid) }
    return ids.uid === undefined || ids.gid === undefined ? [] : [{ name, uid: ids.uid, gid: ids.gid, home }]
  })
}

async function linesOf(read: Read, path: string): Promise<readonly (readonly string[])[]> {
  const text = (await read(path)) ?? ''
  return text.split('\n').map((line) => line.split(':'))
}

/** Returns the id; undefined if a sandbox cannot map it. */
function idOf(text: string): number | undefined {
  const id = Number(text)
  return /^\d{1,5}$/.test(text) && id < idCount ? id : undefined
}
