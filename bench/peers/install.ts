import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { output } from './commands.ts'

const tools = join(import.meta.dirname, 'tools')
/** Debian packages that peers need. */
const packages = [
  'bazel-bootstrap',
  'bubblewrap',
  'buildbot',
  'buildbot-worker',
  'busybox-static',
  'docker-buildx',
  'docker-cli',
  'docker.io',
  'make',
  'podman',
  'rsync',
]

/** Lists common tools that are unavailable here, with their package names. */
const absent = [
  { name: 'BuildKit of its own', package: 'buildkit' },
  { name: 'Laminar', package: 'laminar' },
  { name: 'Jenkins', package: 'jenkins' },
] as const

/** Installs missing packages from Debian and npm. Does nothing unless run by root. */
export async function installPeers(): Promise<void> {
  if (process.getuid?.() !== 0) return
  const apt = (...args: string[]) =>
    output({ folder: tools, line: ['apt-get', ...args], env: { DEBIAN_FRONTEND: 'noninteractive' } })
  await apt('update')
  for (const name of packages)
    await apt('install', '--yes', '--no-install-recommends', name).catch((error: Error) =>
      process.stderr.write(`${error.message}\n`),
    )
  // `npm ci` requires an entry for each platform of `rust-just`, which some registries do not offer.
  if (!existsSync(join(tools, 'node_modules')))
    await output({ folder: tools, line: ['npm', 'install', '--no-save', '--no-audit', '--no-fund'] })
}

/** Returns the package manager's error for each unavailable peer. */
export async function absentPeers(): Promise<readonly string[]> {
  const answer = ({ package: name }: (typeof absent)[number]) =>
    output({ folder: tools, line: ['apt-get', 'install', '--simulate', name] }).then(
      () => 'it can be had now',
      (error: Error) => error.message.split('\n').at(-1) ?? '',
    )
  const bazelisk = output({ folder: tools, line: ['node_modules/.bin/bazelisk', '--version'] }).then(
    () => 'it can be had now',
    (error: Error) => error.message.split('\n').at(-1) ?? '',
  )
  const words = await Promise.all(absent.map(async (each) => `${each.name}: ${await answer(each)}`))
  return [...words, `Bazel of npm (@bazel/bazelisk): ${await bazelisk}`]
}
