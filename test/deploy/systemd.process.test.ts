/** Checks the units of `deploy/systemd` with systemd's own tools: no warnings, and low exposure. */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deployFolder, readDeployFile } from './deploy-files.ts'

const units = readdirSync(join(deployFolder, 'systemd')).filter((name) => name.endsWith('.service'))

/** Root directory of an installation, with the files that systemd checks. */
let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'harmont-units-'))
  const program = join(root, 'opt/harmont/node_modules/.bin/node')
  for (const path of ['opt/harmont/node_modules/.bin', 'etc/systemd/system', 'usr/lib/systemd/system'])
    mkdirSync(join(root, path), { recursive: true })
  for (const target of globSync('/usr/lib/systemd/system/*.target')) copyFileSync(target, join(root, target))
  writeFileSync(program, '')
  chmodSync(program, 0o755)
  for (const name of units) writeFileSync(join(root, 'etc/systemd/system', name), readDeployFile(`systemd/${name}`))
})
afterAll(() => rmSync(root, { recursive: true }))

test.for(units)('%s has no warnings', (unit) => {
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', `--root=${root}`, unit], {
    encoding: 'utf8',
  })
  expect([status, stderr]).toEqual([0, ''])
})

/** Limits systemd's exposure score, from 0 (nothing is open) to 100. */
test.for([
  ['harmont-api.service', 15],
  ['harmont-scheduler.service', 15],
  ['harmont-runner.service', 95],
] as const)('%s is exposed by at most %i of 100', ([unit, most]) => {
  const line = ['security', '--offline=yes', `--threshold=${most}`, '--no-pager', `--root=${root}`, unit]
  execFileSync('systemd-analyze', line, { stdio: ['ignore', 'pipe', 'pipe'] })
})
