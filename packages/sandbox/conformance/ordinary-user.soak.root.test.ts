/** Runs the driver's suite and the escapes as an ordinary user. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { makeOrdinaryHome, spawnAsOrdinaryUser } from '@harmont/outside/ordinary-user'
import { expect, it } from 'vitest'
import { privilegeMode } from '../src/privilege/privilege-mode.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const inNamespace = fileURLToPath(new URL('../src/privilege/in-namespace.test-support.ts', import.meta.url))

// Not run in the user's own namespace, in which all tests of this folder may run.
it.runIf(privilegeMode.kind === 'root')(
  'G56 an ordinary user’s sandboxes give the same guarantees as root’s, except for reported shortcomings',
  async () => {
    const home = makeOrdinaryHome()
    const report = join(home, 'report.json')
    const reporting = ['--reporter', 'json', '--outputFile', report]
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--configLoader', 'native', ...reporting]
    const files = ['oci.root.test.ts', 'ordinary-escapes.root.test.ts', 'services.root.test.ts'].map(
      (name) => `packages/sandbox/conformance/${name}`,
    )
    const child = spawnAsOrdinaryUser(process.execPath, [inNamespace, ...vitest, ...files], repository, home)
    child.stdout?.resume()
    await once(child, 'close')
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
      readonly testResults: readonly {
        readonly assertionResults: readonly {
          readonly fullName: string
          readonly status: string
          readonly failureMessages: readonly string[]
        }[]
      }[]
    }
    const all = testResults.flatMap(({ assertionResults }) => assertionResults)
    const named = (status: string) => all.filter((each) => each.status === status).map(({ fullName }) => fullName)
    const failed = all.filter(({ status }) => status === 'failed')
    // Printed as one text, because Vitest shortens arrays.
    expect(failed.map(({ fullName, failureMessages }) => [fullName, ...failureMessages].join('\n')).join('\n')).toBe('')
    const skipped = named('skipped').concat(named('pending'))
    // Sorted, because several files run at a time.
    expect(skipped.filter((name) => !name.startsWith('oci driver network ')).sort()).toEqual([
      'oci driver limits G22 a command beyond its memory limit is killed for that reason, and others continue',
      'oci driver limits G22 a twentieth of a processor is a twentieth of a processor',
      'oci driver source a git directory beside the source does not lead out of the sandbox when a step moves its workspace away and leaves a link there',
      'services with crun G70 a service has no way out and reaches only its step and other services',
      'services with crun G70 limits hold for the command and its services together, and a kill counts where it hit',
    ])
    expect(named('passed').length).toBeGreaterThan(45)
  },
  1_200_000,
)
