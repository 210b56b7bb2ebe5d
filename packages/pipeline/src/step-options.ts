import { cachePolicyOf } from './cache.ts'
import { conditionOf } from './condition.ts'
import { MAX_TIMEOUT, seconds } from './duration.ts'
import { flatLeaves } from './leaves.ts'
import { appendOf } from './options/append.ts'
import { artifactsOf } from './options/artifacts.ts'
import { stepConcurrencyOf } from './options/concurrency.ts'
import { egressOf } from './options/egress.ts'
import { envOf } from './options/env.ts'
import { idTokensOf } from './options/id-tokens.ts'
import { commandOf, inputsOf } from './options/inputs.ts'
import { resourcesOf } from './options/resources.ts'
import { exitCodesOf, retryOf } from './options/retry.ts'
import { runnerArgsOf, runnerOf } from './options/runner.ts'
import { secretsOf } from './options/secrets.ts'
import { servicesOf } from './options/services.ts'
import { testsOf } from './options/tests.ts'
import { APPENDED, type CommandFields, isAppended, type Step } from './step.ts'
import { booleanOf, nameOf, optionsOf, textOf } from './wrong-use.ts'

/** The names of the options of `sh`. */
export const STEP_OPTIONS: readonly string[] = [
  ...['label', 'cache', 'env', 'image', 'runner', 'runnerArgs', 'key', 'cwd', 'timeout', 'retry', 'softFail'],
  ...[
    'continueOnFailure',
    'dependsOn',
    'when',
    'concurrency',
    'resources',
    'secrets',
    'artifacts',
    'inputs',
    'services',
    'tests',
    'append',
    'idTokens',
    'egress',
  ],
]

/**
 * Checks the options of `sh` and copies them, so that later changes to the caller's objects change
 * no step. `sh` itself reads `cwd`.
 */
export function commandFields(options: unknown): CommandFields {
  const given = optionsOf('sh', options, STEP_OPTIONS)
  const read = <T>(name: string, reader: (where: string, value: unknown) => T): T | undefined =>
    given[name] === undefined ? undefined : reader(`sh, ${name}`, given[name])
  const tests = read('tests', testsOf)
  return Object.freeze({
    key: read('key', (where, key) => nameOf(where, key, 'Give a key, or none.')),
    label: read('label', (where, label) => textOf(where, label, 'Give a label, or none.', 255)),
    cache: read('cache', cachePolicyOf),
    timeoutSeconds: read('timeout', (where, timeout) => seconds(where, timeout, MAX_TIMEOUT)),
    image: read('image', (where, image) => nameOf(where, image, 'Name an image.', 512)),
    runner: read('runner', runnerOf),
    runnerArgs: unlessEmpty(read('runnerArgs', runnerArgsOf)),
    continueOnFailure: read('continueOnFailure', booleanOf),
    retry: read('retry', retryOf),
    softFail: read('softFail', softFailOf),
    condition: read('when', conditionOf),
    concurrency: read('concurrency', stepConcurrencyOf),
    resources: unlessEmpty(read('resources', resourcesOf)),
    artifacts: unlessEmpty([
      ...(read('artifacts', artifactsOf) ?? []),
      ...(tests === undefined ? [] : [tests.artifact]),
    ]),
    inputs: unlessEmpty(read('inputs', inputsOf)),
    services: unlessEmpty(read('services', servicesOf)),
    tests: tests?.tests,
    env: read('env', envOf),
    secrets: read('secrets', secretsOf),
    ...read('dependsOn', dependenciesOf),
    append: read('append', appendOf),
    idTokens: unlessEmpty(read('idTokens', idTokensOf)),
    egress: read('egress', egressOf),
  })
}

function softFailOf(where: string, value: unknown): true | readonly number[] | undefined {
  return typeof value === 'boolean' ? value || undefined : exitCodesOf(where, value)
}

// Here, too, a toolchain stands for its leaves, so a step may wait for all of them.
function dependenciesOf(where: string, value: unknown): Pick<CommandFields, 'dependsOn' | 'afterAppended'> {
  const generators = new Set<Step>()
  const leaves = flatLeaves(where, value, 'a step with a command', (leaf) => {
    if (isAppended(leaf)) generators.add(leaf[APPENDED])
    return isAppended(leaf)
  })
  const dependsOn = leaves.map((step) => commandOf(where, step))
  return { dependsOn, afterAppended: unlessEmpty([...generators]) }
}

function unlessEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}
