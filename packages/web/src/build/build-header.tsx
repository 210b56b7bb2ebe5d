import { Link } from '@tanstack/react-router'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNow } from '../api/clock.ts'
import { useOrganizationName } from '../api/session.ts'
import { ranMs } from '../builds/labels.ts'
import { Ago } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { lookOf } from '../design/state.ts'
import { StateMark } from '../design/state-mark.tsx'
import { formatDuration } from '../text/duration.ts'
import { showInvisible } from '../text/escape.ts'
import { commitLink, shortCommit } from '../text/forge-link.ts'
import { webAddress } from './data/compare-link.ts'
import { type BuildView, isBuildEnded } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import { sentenceOf } from './sentences/build-sentence.ts'
import { costLabel } from './sentences/cost.ts'
import { headline, queuedMs, tabTitle, triggerLabel } from './sentences/header.ts'
import { SentenceLine } from './step-pane/sentence-line.tsx'

interface HeaderProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly actions: ReactNode
  /** Whether a narrow screen shows the log; the other facts are then in the step list. */
  readonly isBrief: boolean
}

/** Shows the build's outcome in one sentence, its facts and its actions (web.md 6). */
export function BuildHeader({ place, view, actions, isBrief }: HeaderProps) {
  const { state } = view.build
  return (
    <header
      className={`border-b border-hairline *:first:pb-1 ${isBrief ? 'max-md:*:first:min-h-0 max-md:*:first:py-1.5' : ''}`}
    >
      <PageHeading
        title={tabTitle(view, useOrganizationName(place.org))}
        mark={lookOf(state)}
        actions={<div className="hidden md:block">{actions}</div>}
      >
        <span className={`flex items-start gap-2 ${isBrief ? 'max-md:text-14' : 'max-md:text-16'}`}>
          <span className={`inline-flex ${isBrief ? 'md:mt-1' : 'mt-0.5 md:mt-1'}`} aria-hidden="true">
            <StateMark state={state} size={20} />
          </span>
          <span className={`min-w-0 md:line-clamp-2 ${isBrief ? 'max-md:line-clamp-3' : ''}`}>
            <span className="sr-only">
              {lookOf(state).word}. Build {place.number}.{' '}
            </span>
            <LiveSentence place={place} view={view} />
          </span>
        </span>
      </PageHeading>
      <Facts place={place} view={view} isBrief={isBrief} />
    </header>
  )
}

function LiveSentence({ place, view }: Pick<HeaderProps, 'place' | 'view'>) {
  const now = useNow()
  return <SentenceLine sentence={sentenceOf(view, place.org, now)} place={place} />
}

function Facts({ place, view, isBrief }: Omit<HeaderProps, 'actions'>) {
  const { build, pipeline } = view
  const message = headline(build)
  const commit = commitLink(pipeline.repository ?? '', build.commit ?? '')
  const short = shortCommit(build.commit)
  return (
    <div
      className={`${isBrief ? 'hidden md:flex' : 'flex'} flex-wrap items-center gap-x-4 gap-y-0.5 px-4 pb-2 text-13 text-muted md:flex-nowrap md:overflow-hidden`}
    >
      <span className="inline-flex shrink-0 items-center gap-1 text-text">
        <Neighbour place={place} number={view.previous} word="Older build" icon={<ChevronLeft size={16} />} />
        <span className="tabular font-semibold">#{place.number}</span>
        <Neighbour place={place} number={view.next} word="Newer build" icon={<ChevronRight size={16} />} />
      </span>
      {message !== null && (
        <span className="min-w-24 flex-1 truncate text-text" title={showInvisible(message)}>
          <IsolatedText text={message} />
        </span>
      )}
      <span className="contents">
        <span className="min-w-12 max-w-80 truncate">
          <Where build={build} />
        </span>
        <span className="shrink-0 font-mono">
          <span className="sr-only">commit </span>
          {commit === null ? (
            short
          ) : (
            <a className="underline" href={commit} target="_blank" rel="noopener noreferrer">
              {short}
            </a>
          )}
        </span>
        {build.author != null && (
          <span className="max-w-40 min-w-12 truncate">
            <IsolatedText text={build.author.name} />
          </span>
        )}
        <span className="shrink-0 truncate max-lg:hidden">{triggerLabel(build)}</span>
        <Times view={view} />
      </span>
    </div>
  )
}

function Times({ view }: { readonly view: BuildView }) {
  const now = useNow()
  const { build, cost } = view
  return (
    <span className="tabular inline-flex md:ml-auto shrink-0 flex-wrap gap-x-4 md:flex-nowrap">
      <span>queued {formatDuration(queuedMs(build, now))}</span>
      <span className="text-text">ran {formatDuration(ranMs(build, now))}</span>
      <span title="Cost">{costLabel(cost, isBuildEnded(build))}</span>
      <span className="max-xl:hidden">
        <Ago at={build.created_at} />
      </span>
    </span>
  )
}

function Where({ build: { branch, tag, pull_request } }: Pick<BuildView, 'build'>) {
  const url = webAddress(pull_request?.url)
  const number = pull_request == null ? null : `#${pull_request.number}`
  return (
    <>
      {number !== null && url === null && `PR ${number} `}
      {number !== null && url !== null && (
        <>
          <a className="underline" href={url} target="_blank" rel="noopener noreferrer">
            PR {number}
          </a>{' '}
        </>
      )}
      <span title={showInvisible(tag ?? branch ?? '')}>
        <IsolatedText text={tag ?? branch ?? '—'} />
      </span>
    </>
  )
}

interface NeighbourProps {
  readonly place: BuildPlace
  readonly number: number | null
  readonly word: string
  readonly icon: ReactNode
}

function Neighbour({ place, number, word, icon }: NeighbourProps) {
  const box = 'inline-flex size-6 items-center justify-center rounded-small'
  if (number === null)
    return (
      <span className={`${box} opacity-30`} aria-hidden="true">
        {icon}
      </span>
    )
  return (
    <Link
      to="/$org/pipelines/$slug/builds/$number"
      params={{ org: place.org, slug: place.slug, number: String(number) }}
      aria-label={`${word}, ${number}`}
      title={`${word}: #${number}`}
      className={`${box} hover:bg-sunk pointer-coarse:size-11`}
    >
      {icon}
    </Link>
  )
}
