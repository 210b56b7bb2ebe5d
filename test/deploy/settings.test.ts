/**
 * Checks that the server knows every setting in the files of `deploy/`, and that each role starts
 * with its own settings.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSettings, type Settings } from '../../packages/server/src/platform/settings/read-settings.ts'
import { productPackages } from '../../scripts/system-packages.ts'
import { deployFolder, readAssignments, readCompose, readDeployFile } from './deploy-files.ts'

/**
 * Reads the settings of a process with this environment. Fails on a name that the server does not
 * know.
 */
function settingsOf(environment: Readonly<Record<string, string>>): Settings {
  const settings = readSettings(environment)
  expect(settings.unknown).toEqual([])
  return settings
}

const example = readAssignments(readDeployFile('compose/env.example'))
const filled = {
  ...example,
  HARMONT_DOMAIN: 'ci.example.com',
  POSTGRES_PASSWORD: 'x',
  HARMONT_RUNNER_KEY: 'k'.repeat(43),
}
const { services, variables } = readCompose(filled)
/** Environment of the image. */
const ofImage = { HARMONT_DATA_DIR: '/var/lib/harmont', HOST: '0.0.0.0' }

test('the compose file requires only variables that its example names', () => {
  const named = new Set([
    ...Object.keys(example),
    ...readDeployFile('compose/env.example')
      .matchAll(/^#([A-Z_]+)=/gm)
      .map(([, name = '']) => name),
  ])
  expect(variables).toEqual(named)
})

test('the server of the compose file runs no jobs itself, and its two runners have no database URL', () => {
  const server = settingsOf({ ...ofImage, ...services.server?.environment })
  expect([server.role, server.runner, server.publicUrl]).toEqual(['all', 'off', 'https://ci.example.com'])
  const runners = Object.values(services).filter(({ command }) => command?.includes('runner'))
  expect(runners).toHaveLength(2)
  for (const { environment, networks, privileged } of runners) {
    const runner = settingsOf({ ...ofImage, ...environment, HARMONT_ROLE: 'runner' })
    expect([runner.serverUrl, runner.databaseUrl]).toEqual(['https://ci.example.com', null])
    expect([networks, privileged]).toEqual([['web'], true])
  }
  expect(services.postgres?.networks).toEqual(['database'])
})

test('every service of the compose file has a health check', () => {
  for (const [name, { healthcheck }] of Object.entries(services))
    expect([name, healthcheck?.test[0]]).toEqual([name, 'CMD'])
})

test('systemd units start each role with its own settings', () => {
  const units = readdirSync(join(deployFolder, 'systemd')).filter((name) => name.endsWith('.service'))
  const roles = units.map((name) => {
    const unit = readDeployFile(join('systemd', name))
    const role = / --role (\w+)$/m.exec(unit)?.[1] ?? 'runner'
    const given = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
    )
    const needed = role === 'runner' ? { HARMONT_SERVER_URL: 'https://ci.example.com' } : {}
    expect(settingsOf({ ...given, ...needed, HARMONT_ROLE: role }).dataDirectory).toMatch(/^\/var\/lib\/harmont/)
    return role
  })
  expect(roles.sort()).toEqual(['all', 'api', 'runner', 'runner', 'scheduler'])
})

test('the image installs the packages of the product', () => {
  const dockerfile = readDeployFile('image/Dockerfile')
  expect(dockerfile).toContain('node /tmp/packages/prepare-machine.ts')
  // The image needs its first process and the programs that keep commands running.
  expect(productPackages.map(({ name }) => name)).toEqual(expect.arrayContaining(['tini', 'conmon', 'crun']))
})
