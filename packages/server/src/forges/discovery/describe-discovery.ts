import type { EnvelopeError } from '@harmont/render'
import { fenced, lastBytes } from '../checks/describe-check.ts'
import type { Check } from '../forge/forge.ts'

export interface EndedDiscovery {
  readonly errors: readonly EnvelopeError[]
  readonly organization_slug: string
  readonly created_at: Date
}

const mostBytes = 60_000

/** The check that shows what is wrong with a repository's pipelines. */
export function describeDiscovery(
  { errors, organization_slug: organization, created_at: at }: EndedDiscovery,
  publicUrl: string,
): Pick<Check, 'detailsUrl' | 'state' | 'output' | 'actions'> {
  const [first] = errors
  const others = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
  return {
    detailsUrl: `${publicUrl}/${organization}/repos`,
    state: { status: 'completed', conclusion: 'failure', startedAt: null, completedAt: at },
    output: {
      title: `${first?.code ?? 'failed'}${others}`,
      summary: 'Some pipelines in `.hm` cannot be read. They stay unchanged.',
      text: fenced(lastBytes(errors.map(({ message }) => message).join('\n\n'), mostBytes)),
    },
    actions: [],
  }
}
