/**
 * The part of the web app that runs on the server. It draws the first page of a build, so that a
 * reader sees the red answer before any script has run (web.md 14). `scripts/build-web.ts` builds
 * it.
 */
import type { DrawnFacts, FirstLog } from '@harmont/contract'
import { createMemoryHistory } from '@tanstack/react-router'
import { renderToStaticMarkup } from 'react-dom/server'
import { type AuthConfig, authConfigQuery } from '../api/auth-config.ts'
import { forgetPipelineNames, rememberPipelineNames } from '../api/pipeline-names.ts'
import { createQueryClient } from '../api/query-client.ts'
import type { Schema } from '../api/schemas.ts'
import { completeSession, type Session, sessionQuery } from '../api/session.ts'
import { assumeAppearance } from '../browser/appearance.ts'
import { assumeScreen } from '../browser/screen.ts'
import { firstLog as firstLogOf } from '../build/build-page.tsx'
import { buildSearch } from '../build/data/address.ts'
import { findJob } from '../build/data/choose-job.ts'
import { completeView } from '../build/data/complete-view.ts'
import type { BuildView } from '../build/data/job-state.ts'
import { buildQuery } from '../build/data/queries.ts'
import { completeLog, firstPageOf, logQuery } from '../log/data/queries.ts'
import { App, createAppRouter } from '../routes/router.tsx'

/** Returns the log that a build's page shows first, and its query; null if there is none. */
export function firstLog(view: string, url: string): FirstLog | null {
  const { job, attempt } = searchOf(url)
  const first = firstLogOf(completeView(JSON.parse(view) as BuildView), { job, attempt, fragment: '' })
  if (first === null) return null
  const { at, limit } = firstPageOf(first.at)
  return { jobId: first.jobId, search: `at=${at}&limit=${limit}` }
}

/**
 * Returns the page as the app will draw it; empty for a view that only the app draws. Throws if a
 * part cannot be drawn.
 */
export async function draw(facts: DrawnFacts): Promise<string> {
  const view = completeView(JSON.parse(facts.view) as BuildView)
  if (!isDrawn(view, facts.url)) return ''
  const queries = createQueryClient()
  try {
    const place = placeOf(facts.url)
    queries.setQueryData(sessionQuery.queryKey, completeSession(JSON.parse(facts.session) as Session))
    queries.setQueryData(buildQuery(place).queryKey, view)
    if (facts.config !== null) queries.setQueryData(authConfigQuery.queryKey, facts.config as AuthConfig)
    const first = firstLog(facts.view, facts.url)
    if (first !== null && facts.log !== null) {
      const log = completeLog(JSON.parse(facts.log) as Schema<'JobLogView'>)
      queries.setQueryData(logQuery({ ...place, jobId: first.jobId }, 1).queryKey, log)
    }
    const router = createAppRouter(queries, createMemoryHistory({ initialEntries: [facts.url] }))
    await router.load()
    if (router.state.matches.some(({ status }) => status !== 'success')) return ''
    // The code from here to the end is synchronous, because this state belongs to one reader at a
    // time.
    assume(facts, place.org, view)
    const html = renderToStaticMarkup(<App router={router} />)
    // A part that cannot be drawn leaves its loading placeholder.
    if (placeholder.test(html)) throw new Error('a part of the page could not be drawn')
    // So much markup, as from lines full of colours or links, takes longer to send than it saves.
    if (html.length > mostCharacters) return ''
    // External text contains no quotation marks, because React escapes them.
    return html.replaceAll(' style="', ' data-style="')
  } finally {
    queries.clear()
  }
}

const mostCharacters = 400_000
const placeholder = /<[^>]+role="status" aria-label="Loading/

/** Sets the browser state that modules read: pipeline names, window and choices. */
function assume({ density, isPhone, window }: DrawnFacts, org: string, { pipeline }: BuildView): void {
  forgetPipelineNames()
  rememberPipelineNames(org, [pipeline])
  assumeAppearance({ density })
  const { width, height } = window ?? (isPhone ? { width: 390, height: 780 } : { width: 1280, height: 720 })
  const narrow = width < 768
  assumeScreen({ narrow, touch: isPhone, roomy: !narrow && height >= 800, height })
}

/**
 * Whether the server draws the view that an address names. No text of the address enters the page:
 * a step that the build lacks is left to the app.
 */
function isDrawn(view: BuildView, url: string): boolean {
  const names = new URL(url, 'http://server').searchParams.keys()
  if (names.some((name) => name !== 'job')) return false
  const { job } = searchOf(url)
  return job === undefined || findJob(view, job) !== null
}

function searchOf(url: string) {
  return buildSearch(Object.fromEntries(new URL(url, 'http://server').searchParams))
}

function placeOf(url: string) {
  const [, org = '', , slug = '', , number = ''] = new URL(url, 'http://server').pathname.split('/')
  return { org, slug, number: Number(number) }
}
