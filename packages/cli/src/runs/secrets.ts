import { createHash } from 'node:crypto'
import { createBuild, defaultStoreSettings, type EngineOptions, planBuild } from '@harmont/engine'
import type { ConditionContext, Plan } from '@harmont/ir'
import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'
import { runSecrets } from '../project/run-variables.ts'

/**
 * Returns the names of the secrets of the steps that run, and of the steps that they may append.
 * Steps that a condition skips, directly or through a prerequisite, need none.
 */
export function wantedSecrets(plan: Plan, known: ConditionContext): string[] {
  const from = planBuild(plan, { conditions: known })
  const request = { id: '', queue: 'local', at: 0, held: false, from }
  const { jobs } = createBuild(request, defaultStoreSettings).build
  const running = new Set(jobs.flatMap(({ step, state }) => (step === null || state === 'skipped' ? [] : step)))
  const steps = plan.steps.filter((_, slot) => running.has(slot))
  const wanted = steps.flatMap(({ secrets, append }) => [...Object.values(secrets), ...(append?.secrets ?? [])])
  return [...new Set(wanted)].sort()
}

/**
 * Provides the secrets of a run. Their ids contain the project, so that a cached result made with
 * another project's secret of the same name is not reused.
 */
export function secretIds(secrets: ReadonlyMap<string, string>, directory: string): EngineOptions['secrets'] {
  const project = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  return {
    async of(_, names) {
      const known = names.flatMap((name) => {
        const value = secrets.get(name)
        return value === undefined ? [] : [[name, { value, id: `local:${project}:${name}` }] as const]
      })
      return { kind: 'values', values: new Map(known) }
    },
  }
}

interface KnownSecrets {
  readonly values: ReadonlyMap<string, string>
  /** Names of the plan's secrets without a definition. */
  readonly missing: readonly string[]
  /** The fix if they are required. */
  readonly fix: string
}

/**
 * Collects the secrets of a run that are currently defined. Warns about undefined secrets of the
 * step itself.
 */
export function knownSecrets(
  { steps }: Plan,
  key: string,
  { directory, env, output }: Pick<Context, 'directory' | 'env' | 'output'>,
): KnownSecrets {
  const values = new Map<string, string>()
  const missing: string[] = []
  for (const name of new Set(steps.flatMap(({ secrets }) => Object.values(secrets)))) {
    try {
      for (const [known, value] of runSecrets([name], { flags: [], directory, env })) values.set(known, value)
    } catch (error) {
      if (!(error instanceof HmError && error.code === 'secret_missing')) throw error
      missing.push(name)
    }
  }
  const own = Object.values(steps.find((step) => step.key === key)?.secrets ?? {})
  for (const name of missing)
    if (own.includes(name)) output.warn(`the secret ${name} is neither defined nor set on this machine`)
  return { values, missing, fix: `put ${missing.map((name) => `${name}=...`).join(' and ')} into .hm/secrets.env` }
}
