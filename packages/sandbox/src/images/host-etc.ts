import { chmod, lstat, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privilegeMode } from '../privilege/privilege-mode.ts'
import { ifPresent } from '../system/files.ts'
import { runTool } from '../system/run-tool.ts'
import { unchangedPackagedEtc } from './packaged-files.ts'

/** Files that the machine's own tools generate, not installed by a package and free of secrets. */
const MADE_BY_TOOLS = [
  'alternatives',
  'ca-certificates.conf',
  'debian_version',
  'alpine-release',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'locale.conf',
  'locale.gen',
  'localtime',
  'nsswitch.conf',
  'os-release',
  'pam.d',
  'pki/ca-trust',
  'pki/tls/certs',
  'profile',
  'sgml',
  'shells',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
  'xml',
]

/**
 * Configuration of package sources. Files that contain a password (`https://user:word@host`) or are
 * not world-readable are left out.
 */
const PACKAGE_SOURCES = ['apt', 'apk', 'yum.repos.d', 'dnf']
const SOURCES_LEFT_OUT = /^\/etc\/apt\/auth\.conf/
const PASSWORD_IN_URL = /:\/\/[^\s/"']*@/

/** Files that are never copied; some are generated instead. */
const NEVER = /^\/etc\/(g?shadow|passwd|group|hosts|hostname|resolv\.conf|fstab|mtab|machine-id)-?$/

const LAST_SYSTEM_ID = 999
const NOBODY_ID = 65_534

/**
 * Writes /etc of the `host` base below `root`: generated files, unchanged files of packages, and an
 * allowlist.
 */
export async function writeHostEtc(root: string): Promise<void> {
  const etc = path.join(root, 'etc')
  const sources = await withoutPasswords(await publicBelow(PACKAGE_SOURCES))
  const wanted = [...(await unchangedPackagedEtc()), ...(await publicBelow(MADE_BY_TOOLS)), ...sources]
  await copyIntoRoot(root, [...new Set(wanted)].filter((file) => !NEVER.test(file)).sort())
  const generated: Readonly<Record<string, string>> = {
    passwd: await systemAccounts('/etc/passwd', ([name, , id, group, , home, shell]) =>
      [name, '*', id, group, '', home, shell].join(':'),
    ),
    group: await systemAccounts('/etc/group', ([name, , id]) => [name, '*', id, ''].join(':')),
    hosts: '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n',
    hostname: 'sandbox\n',
    'resolv.conf': '',
    fstab: '',
  }
  for (const [name, text] of Object.entries(generated)) {
    await writeFile(path.join(etc, name), text, { flag: 'wx' })
    await chmod(path.join(etc, name), 0o644)
  }
  await symlink('/proc/self/mounts', path.join(etc, 'mtab'))
}

/**
 * Lists the system users or groups that packages rely on, without people, passwords and members.
 * `*` tells PAM, without /etc/shadow, that these users cannot log in.
 */
async function systemAccounts(file: string, line: (fields: readonly string[]) => string): Promise<string> {
  const rows = (await readFile(file, 'utf8')).split('\n').map((row) => row.split(':'))
  const system = rows.filter((row) => /^\d+$/.test(row[2] ?? '') && isSystemId(Number(row[2])))
  return system.map((row) => `${line(row)}\n`).join('')
}

function isSystemId(id: number): boolean {
  return id <= LAST_SYSTEM_ID || id === NOBODY_ID
}

async function withoutPasswords(files: readonly string[]): Promise<readonly string[]> {
  const clean: string[] = []
  for (const file of files) {
    if (SOURCES_LEFT_OUT.test(file)) continue
    const isFile = (await lstat(file)).isFile()
    if (!isFile || !PASSWORD_IN_URL.test(await readFile(file, 'latin1'))) clean.push(file)
  }
  return clean
}

/**
 * Lists those of the names that exist below /etc, with everything below them that is
 * world-readable.
 */
async function publicBelow(names: readonly string[]): Promise<readonly string[]> {
  const present: string[] = []
  for (const name of names) if ((await ifPresent(lstat(`/etc/${name}`))) !== undefined) present.push(`/etc/${name}`)
  if (present.length === 0) return []
  const closed = ['-type', 'd', '!', '-perm', '-o=rx', '-prune']
  const open = ['(', '-type', 'd', '-o', '-type', 'l', '-o', '-type', 'f', '-perm', '-o=r', ')', '-print0']
  const found = await runTool('find', [...present, ...closed, '-o', ...open])
  return found.toString('utf8').split('\0').filter(Boolean)
}

/** Copies exactly these paths: a folder is copied without its content. */
async function copyIntoRoot(root: string, files: readonly string[]): Promise<void> {
  if (files.length === 0) return
  const list = files.map((file) => `${file.slice(1)}\0`).join('')
  const create = ['--create', '--no-recursion', '--null', '--files-from=-']
  const archive = await runTool('tar', create, { cwd: '/', stdin: list })
  // An unprivileged user sees other owners and cannot set them.
  const owners = privilegeMode.kind === 'root' ? [] : ['--no-same-owner', '--preserve-permissions']
  await runTool('tar', ['--extract', ...owners, '--directory', root], { stdin: archive })
}
