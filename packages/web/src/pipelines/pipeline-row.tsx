import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import { useNow } from '../api/clock.ts'
import type { Schema } from '../api/schemas.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { commitLink, shortCommit } from '../text/forge-link.ts'
import { sentence } from './summaries.ts'
import { SummaryStrip } from './summary-strip.tsx'

interface PipelineRowProps {
  readonly org: string
  readonly summary: Schema<'PipelineSummary'>
}

/** Shows a pipeline with a sentence about its newest build, and a strip of its last builds. */
export const PipelineRow = memo(function PipelineRow({ org, summary: { pipeline, builds } }: PipelineRowProps) {
  const [newest] = builds
  return (
    <div className="relative flex min-h-15 items-center gap-4 border-b border-hairline px-4 py-2 hover:bg-sunk">
      <div className="grid min-w-0 flex-1 grid-cols-[16px_minmax(0,1fr)] gap-x-3">
        <span className="flex h-5 items-center">
          {newest === undefined ? <NeverMark /> : <StateMark state={newest.state} />}
        </span>
        <span className="flex min-w-0 items-baseline gap-2">
          <Link
            to="/$org/pipelines/$slug"
            params={{ org, slug: pipeline.slug }}
            data-row-link
            className="truncate font-semibold outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
          >
            <IsolatedText text={pipeline.name} />
          </Link>
          <span className="truncate text-13 text-muted max-sm:hidden">
            <IsolatedText text={pipeline.repo_name ?? pipeline.repository} />
          </span>
        </span>
        <span className="col-start-2 flex min-w-0 items-baseline gap-2 text-13 text-muted">
          <span className="truncate">
            <Sentence build={newest} />
          </span>
          {newest !== undefined && <Facts build={newest} repository={pipeline.repository} />}
        </span>
      </div>
      <div className="max-md:hidden">
        <SummaryStrip org={org} builds={builds} />
      </div>
    </div>
  )
})

/** A separate component, so that the timer renders nothing else. */
function Sentence({ build }: { readonly build: Schema<'BuildSummary'> | undefined }) {
  return <IsolatedText text={sentence(build, useNow())} />
}

function Facts({ build: { commit, author }, repository }: Pick<FactsProps, 'build' | 'repository'>) {
  const link = commit == null ? null : commitLink(repository, commit)
  const short = shortCommit(commit)
  return (
    <span className="flex shrink-0 gap-2 max-md:hidden">
      {short !== '—' &&
        (link === null ? (
          <code className="max-w-24 truncate font-mono">
            <IsolatedText text={short} />
          </code>
        ) : (
          <a
            href={link}
            target="_blank"
            rel="noopener noreferrer"
            aria-label={`commit ${short}`}
            className="relative z-10 font-mono underline"
          >
            {short}
          </a>
        ))}
      {author != null && (
        <span className="max-w-40 truncate">
          by <IsolatedText text={author.name} />
        </span>
      )}
    </span>
  )
}

interface FactsProps {
  readonly build: Schema<'BuildSummary'>
  readonly repository: string
}

/** Marks a pipeline without builds. */
function NeverMark() {
  return (
    <svg aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" className="text-stop" fill="currentColor">
      <circle cx="8" cy="8" r="2" />
    </svg>
  )
}
