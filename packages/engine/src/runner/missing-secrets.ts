import type { Outcome } from '../core/model.ts'
import type { JobContext } from './job-context.ts'
import { fetchSecrets } from './secrets.ts'

/** The end of a step that lacks secrets: it is not run. Its message, and its log, say why each is not there. */
export async function refuseForSecrets(context: JobContext, names: readonly string[]): Promise<Outcome> {
  const answer = await fetchSecrets(context, names)
  const refused = answer.kind === 'values' ? answer.refused : undefined
  const reasons = names.flatMap((name) => refused?.get(name) ?? [])
  for (const reason of reasons) context.log.remark(reason)
  const unknown = names.filter((name) => refused?.has(name) !== true)
  if (unknown.length > 0) context.log.remark(missingSentence(unknown))
  const sentences = unknown.length === 0 ? reasons : [missingSentence(unknown), ...reasons]
  return { kind: 'refused', code: 'secret_missing', message: sentences.join(' ') }
}

function missingSentence(names: readonly string[]): string {
  const one = names.length === 1
  const commands = names.map((name) => `hm secret set ${name}`).join('; ')
  return `The secret${one ? '' : 's'} ${names.join(', ')} ${one ? 'is' : 'are'} not defined for this build. Set ${one ? 'it' : 'them'}: ${commands}`
}
