import type { RenderFacts } from '@harmont/render'
import type { GitFacts } from '@harmont/source-set'

interface Asked {
  readonly event?: string | undefined
  readonly branch?: string | undefined
  readonly tag?: string | undefined
  /** False: the build is a server's. */
  readonly local?: boolean
}

/** What a pipeline is told of a run that a person starts from this checkout: what git says of it, but for what was asked for. */
export function manualFacts(git: GitFacts | null, asked: Asked = {}): RenderFacts {
  return {
    event: asked.event ?? 'manual',
    branch: asked.branch ?? git?.branch ?? null,
    baseBranch: null,
    tag: asked.tag ?? null,
    commit: git?.commit ?? null,
    pullRequest: null,
    local: asked.local ?? true,
  }
}
