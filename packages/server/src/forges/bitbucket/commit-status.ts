import { createHash } from 'node:crypto'
import { isHidden } from '../../platform/outbound/forge-errors.ts'
import type { Check, CheckConclusion, RepositoryAddress } from '../forge/forge.ts'
import { type BitbucketApi, repositoryPath } from './client.ts'

type StatusState = 'SUCCESSFUL' | 'FAILED' | 'INPROGRESS' | 'STOPPED'
type ReportResult = 'PASSED' | 'FAILED' | 'PENDING'

/** The most characters that Bitbucket accepts. */
const most = { key: 40, name: 255, description: 255, title: 450, details: 2000, summary: 450 } as const

const conclusions: Readonly<Record<CheckConclusion, StatusState>> = {
  success: 'SUCCESSFUL',
  neutral: 'SUCCESSFUL',
  skipped: 'SUCCESSFUL',
  failure: 'FAILED',
  timed_out: 'FAILED',
  cancelled: 'STOPPED',
  // Bitbucket has no state for a pending approval, and `STOPPED` would mean that the build has
  // ended.
  action_required: 'INPROGRESS',
}

const results: Readonly<Record<StatusState, ReportResult>> = {
  SUCCESSFUL: 'PASSED',
  FAILED: 'FAILED',
  STOPPED: 'FAILED',
  INPROGRESS: 'PENDING',
}

/**
 * Shows a check as a build status and a report of the commit. Returns their key, which is derived
 * from our id, so that a repeated call updates the same ones. If the repository lacks the commit of
 * a fork, sends them to the fork.
 */
export async function setStatus(api: BitbucketApi, { fullName }: RepositoryAddress, check: Check): Promise<string> {
  try {
    return await setIn(api, fullName, check)
  } catch (error) {
    if (check.fork === null || !isHidden(error)) throw error
    return setIn(api, check.fork, check)
  }
}

async function setIn(api: BitbucketApi, fullName: string, check: Check): Promise<string> {
  const key = keyOf(check.externalId)
  const commit = repositoryPath(fullName, 'commit', check.commit)
  const state = check.state.status === 'completed' ? conclusions[check.state.conclusion] : 'INPROGRESS'
  await api.send('POST', `${commit}/statuses/build`, {
    key,
    state,
    name: cut(check.name, most.name),
    url: check.detailsUrl,
    description: cut(check.output.title, most.description),
  })
  const report = `${commit}/reports/${key}`
  // Deletes the report of an earlier attempt first, since its annotations would remain otherwise.
  if (check.state.status === 'completed') await removeReport(api, report)
  await api.send('PUT', report, {
    title: cut(check.name, most.title),
    details: cut(detailsOf(check), most.details),
    report_type: 'TEST',
    reporter: 'Harmont',
    external_id: key,
    link: check.detailsUrl,
    result: results[state],
  })
  if (check.failedTests.length > 0) await api.send('POST', `${report}/annotations`, annotationsOf(check, key))
  return key
}

async function removeReport(api: BitbucketApi, report: string): Promise<void> {
  try {
    await api.remove(report)
  } catch (error) {
    if (!isHidden(error)) throw error
  }
}

/** Returns an annotation for each failed test, which pull requests show at its line. */
function annotationsOf({ failedTests, detailsUrl }: Check, key: string) {
  return failedTests.map(({ test, message, file, line }, index) => ({
    external_id: `${key}-${index}`,
    annotation_type: 'BUG',
    severity: 'HIGH',
    result: 'FAILED',
    summary: cut(test === null ? message : `${test}: ${message}`, most.summary),
    link: detailsUrl,
    ...(file !== null && { path: file }),
    ...(file !== null && line !== null && { line }),
  }))
}

function detailsOf({ output: { title, summary, text } }: Check): string {
  return [title, summary, text].filter((part) => part !== null && part !== '').join('\n\n')
}

function keyOf(externalId: string): string {
  return `hm-${createHash('sha256').update(externalId).digest('hex')}`.slice(0, most.key)
}

/** Shortens a text without cutting a character apart. */
function cut(text: string, length: number): string {
  const letters = Array.from(text)
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join('')}…`
}
