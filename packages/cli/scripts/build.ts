/**
 * `npm run build -w packages/cli`: builds the published package in `dist/` or the named directory.
 * In a checkout, `hm` needs no build.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { bundle, rooms } from './bundle.ts'
import { notices } from './notices.ts'

const cli = join(rooms, 'cli')
const out = resolve(process.argv[2] ?? join(cli, 'dist'))

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const { metafiles } = await bundle(join(out, 'lib'), { main: join(cli, 'src/main.ts') })

for (const part of ['bin', 'container']) cpSync(join(cli, part), join(out, part), { recursive: true })
cpSync(join(cli, '../../LICENSE'), join(out, 'LICENSE'))
cpSync(join(cli, 'PUBLISHED.md'), join(out, 'README.md'))
writeFileSync(join(out, 'THIRD-PARTY-NOTICES'), notices(metafiles, dirname(rooms)))

const { name, version, description, license, type, engines, bin, dependencies } = JSON.parse(
  readFileSync(join(cli, 'package.json'), 'utf8'),
) as Record<string, unknown> & { dependencies: Record<string, string> }
const { optionalDependencies } = JSON.parse(readFileSync(join(rooms, 'sandbox/package.json'), 'utf8')) as {
  readonly optionalDependencies: Readonly<Record<string, string>>
}
// The bundle contains all other packages' code.
const published = {
  ...{ name, version, description, license, type, engines, bin },
  dependencies: { node: dependencies.node },
  optionalDependencies,
}
writeFileSync(join(out, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`)
