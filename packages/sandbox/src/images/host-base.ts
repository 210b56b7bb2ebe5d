import { chmod, lstat, mkdir, readlink, symlink } from 'node:fs/promises'
import path from 'node:path'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { ifPresent } from '../system/files.ts'
import { runTool } from '../system/run-tool.ts'
import { writeHostEtc } from './host-etc.ts'
import { farm, type Reserve } from './link-farm.ts'

const CANNOT_READ_ALL = privilegeMode.kind !== 'root'

const SYSTEM_FOLDERS = ['/usr', '/opt', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/libo32']

/** Copied, not linked, because package managers write to these files in place. */
const PACKAGE_STATE = [
  '/var/lib/apk',
  '/var/lib/apt',
  '/var/lib/ca-certificates-java',
  '/var/lib/dpkg',
  '/var/lib/pam',
  '/var/lib/rpm',
  '/var/lib/sgml-base',
  '/var/lib/shells.state',
  '/var/lib/ucf',
  '/var/lib/xml-core',
]

const FOLDERS: readonly (readonly [string, number])[] = [
  ...['dev', 'etc', 'home', 'media', 'mnt', 'proc', 'run', 'srv', 'sys', 'var'].map((name) => [name, 0o755] as const),
  ...[
    'cache',
    'cache/apt',
    'cache/apt/archives',
    'cache/apt/archives/partial',
    'cache/debconf',
    'lib',
    'log',
    'spool',
  ].map((name) => [`var/${name}`, 0o755] as const),
  ['root', 0o700],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
]

export interface HostOptions {
  readonly allow: readonly string[]
  readonly hide: readonly string[]
  readonly reserve: Reserve
}

/**
 * Builds a root file system from this machine's own programs in the empty folder `root`. The base
 * contains only allowed files: programs, /opt, the package manager's state, `allow` and a generated
 * /etc. Outside `allow`, files that other users cannot read are left out. Rejects with
 * `image_unavailable`.
 */
export async function buildHostBase(root: string, options: HostOptions): Promise<void> {
  const hide = new Set(options.hide)
  for (const allowed of options.allow) await checkAllowed(allowed, hide)
  await chmod(root, 0o755)
  for (const [name, mode] of FOLDERS) {
    await mkdir(path.join(root, name))
    await chmod(path.join(root, name), mode)
  }
  await symlink('../run', path.join(root, 'var/run'))
  await symlink('../run/lock', path.join(root, 'var/lock'))
  // Refuses existing links before the long work.
  for (const allowed of options.allow) await refuseLinks(root, path.dirname(allowed))
  for (const folder of SYSTEM_FOLDERS) await showSystemFolder(root, folder, options.reserve, hide)
  await copyPackageState(root, options.reserve)
  await writeHostEtc(root)
  for (const allowed of options.allow) await showAllowed(root, allowed, options.reserve, hide)
}

async function showSystemFolder(
  root: string,
  folder: string,
  reserve: Reserve,
  hide: ReadonlySet<string>,
): Promise<void> {
  const stats = await ifPresent(lstat(folder))
  if (stats?.isSymbolicLink()) await symlink(await readlink(folder), root + folder)
  else if (stats?.isDirectory() && folder === '/usr') {
    await farm({ source: '/usr', root, reserve, hide: new Set([...hide, '/usr/local']), publicOnly: true })
    await showSystemFolder(root, '/usr/local', reserve, hide)
  } else if (stats?.isDirectory()) await farm({ source: folder, root, reserve, hide, publicOnly: true })
}

async function showAllowed(root: string, allowed: string, reserve: Reserve, hide: ReadonlySet<string>): Promise<void> {
  const parent = path.dirname(allowed)
  await mkdirWithoutLinks(root, parent)
  await runTool('rm', ['-rf', '--', root + allowed])
  await farm({ source: allowed, root, reserve, hide, publicOnly: CANNOT_READ_ALL })
}

/** Refuses a path through a link, which would lead out of the base and into the machine. */
async function refuseLinks(root: string, folder: string): Promise<void> {
  if (folder === '/') return
  await refuseLinks(root, path.dirname(folder))
  if ((await ifPresent(lstat(root + folder)))?.isDirectory() === false)
    throw notAllowed(folder, 'is a link or not a folder in the image host: name its target')
}

async function mkdirWithoutLinks(root: string, folder: string): Promise<void> {
  await refuseLinks(root, folder)
  for (const missing of await missingFolders(root, folder)) {
    await mkdir(root + missing)
    await chmod(root + missing, 0o755)
  }
}

/** Outermost first. */
async function missingFolders(root: string, folder: string): Promise<readonly string[]> {
  if (folder === '/' || (await ifPresent(lstat(root + folder))) !== undefined) return []
  return [...(await missingFolders(root, path.dirname(folder))), folder]
}

async function checkAllowed(allowed: string, hide: ReadonlySet<string>): Promise<void> {
  if (!path.isAbsolute(allowed) || path.normalize(allowed) !== allowed || /.\/$|^\/$/.test(allowed)) {
    throw notAllowed(allowed, 'is not an absolute path such as /srv/tools, without a trailing slash')
  }
  if ((await ifPresent(lstat(allowed))) === undefined) throw notAllowed(allowed, 'does not exist on this machine')
  for (let folder = allowed; folder !== '/'; folder = path.dirname(folder)) {
    if (hide.has(folder)) throw notAllowed(allowed, "belongs to the runner's own data")
  }
}

function notAllowed(file: string, why: string): SandboxError {
  return new SandboxError('image_unavailable', `HARMONT_HOST_ALLOW: ${file} ${why}`)
}

async function copyPackageState(root: string, reserve: Reserve): Promise<void> {
  for (const state of PACKAGE_STATE) {
    if ((await ifPresent(lstat(state))) === undefined) continue
    await farm({ source: state, root, reserve, hide: new Set(), publicOnly: true, copy: true })
  }
}
