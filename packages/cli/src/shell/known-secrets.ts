import type { Plan } from '@harmont/ir'
import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'
import { runSecrets } from '../project/run-variables.ts'

interface KnownSecrets {
  readonly values: ReadonlyMap<string, string>
  /** Names of those that the plan has and nobody defined. */
  readonly missing: readonly string[]
  /** What helps where they are needed. */
  readonly fix: string
}

/** The secrets of a run as far as they are defined now; warns of those that the step itself had. */
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
  for (const name of missing) if (own.includes(name)) output.warn(`the secret ${name} is not defined, and not set here`)
  return { values, missing, fix: `put ${missing.map((name) => `${name}=...`).join(' and ')} into .hm/secrets.env` }
}
