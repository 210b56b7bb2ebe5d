/**
 * Runs before `npm start`, `npm run demo` and `npm test`. It installs missing system packages as
 * root on Debian or Ubuntu; otherwise it prints one command to paste. If nothing is missing, it
 * takes a few milliseconds and prints nothing.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import process from 'node:process'
import { productPackages, type SystemPackage, soakPackages, testPackages, userPackages } from './system-packages.ts'

const searchPath = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']

function isThere(command: string): boolean {
  if (isAbsolute(command)) return existsSync(command)
  return searchPath.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function isDebianLike(): boolean {
  if (!existsSync('/etc/os-release')) return false
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}

function aptGet(...args: string[]): void {
  // Packages must not start services: the tests start their own on free ports.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const result = spawnSync('apt-get', ['-q', '-y', ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}\napt-get ${args.join(' ')} failed (exit ${result.status})\n`)
  process.exit(1)
}

function install(missing: readonly SystemPackage[]): void {
  const names = missing.map((it) => it.name)
  console.error('Installing packages that this machine lacks:')
  for (const it of missing) console.error(`  ${it.name.padEnd(16)} ${it.why}`)
  const started = Date.now()
  aptGet('update')
  aptGet('install', '--no-install-recommends', ...names)
  console.error(`  done in ${((Date.now() - started) / 1000).toFixed(0)} s`)
}

const withSoak = process.argv.includes('--with-soak')
const withTests = withSoak || process.argv.includes('--with-tests')
const isRoot = process.getuid?.() === 0
const wanted = [
  ...productPackages,
  ...(isRoot ? [] : userPackages),
  ...(withTests ? testPackages : []),
  ...(withSoak ? soakPackages : []),
]
const missing = [...new Set(wanted)].filter((it) => !isThere(it.command))
if (missing.length > 0) {
  if (isRoot && isDebianLike()) install(missing)
  else {
    const names = missing.map((it) => it.name).join(' ')
    console.error(`Some system packages are missing. On Debian or Ubuntu: sudo apt-get install -y ${names}`)
    // Tests cannot pass without these packages. The server still starts, and reports that its
    // builds wait.
    if (withTests) process.exit(1)
  }
}
