/**
 * Limits the rights of appended steps: they get only the secrets, tokens and hosts in their
 * generator's `append`. The generator may run code that the pipeline's author does not know, but
 * the author writes `append`.
 */
import { coversHosts, hostPattern, type PlannedStep } from '@harmont/ir'
import { hostsOf } from '../egress-ceiling.ts'
import type { Step } from '../model.ts'

/** Returns a sentence about the first right that a step lacks; null if it lacks none. */
export function rightsProblem(generator: Step, added: readonly PlannedStep[]): string | null {
  const { append } = generator
  if (append === undefined) return null
  const bound = boundOf(generator)
  for (const step of added) {
    const { key, secrets, idTokens = {}, append: own } = step
    const secret = [...Object.values(secrets), ...(own?.secrets ?? [])].find((name) => !append.secrets.includes(name))
    if (secret !== undefined) return `\`${key}\` asks for the secret \`${secret}\`, which its \`append\` does not list.`
    const audiences = [...Object.values(idTokens), ...(own?.idTokens ?? [])]
    const audience = audiences.find((name) => !append.idTokens.includes(name))
    if (audience !== undefined)
      return `\`${key}\` asks for a token for \`${audience}\`, which its \`append\` does not list.`
    const host = bound && hostBeyond(bound, step)
    if (host != null) return `\`${key}\` asks for the host \`${host}\`, which its \`append\` does not list.`
  }
  return null
}

/** Returns the generator's bound as the egress of a step that has none; otherwise no field. */
export function withinBound({ egress }: PlannedStep, generator: Step): Pick<PlannedStep, 'egress'> {
  const bound = boundOf(generator)
  return bound === null || egress !== undefined ? {} : { egress: bound }
}

/** Returns the largest set of hosts that the generator's steps may reach; null for any host. */
function boundOf({ append, egress }: Step): readonly string[] | null {
  return append?.egress ?? (Array.isArray(egress) ? egress : null)
}

function hostBeyond(bound: readonly string[], { egress, append }: PlannedStep): string | undefined {
  if (egress === 'observe') return egress
  const outer = hostsOf(bound)
  return [...(egress ?? []), ...(append?.egress ?? [])].find((text) => {
    const inner = hostPattern(text)
    return inner === undefined || !outer.some((each) => coversHosts(each, inner))
  })
}
