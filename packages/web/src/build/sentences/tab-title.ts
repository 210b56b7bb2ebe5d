import { lookOf } from '../../design/state.ts'
import { showInvisible } from '../../text/escape.ts'
import { chooseJob } from '../data/choose-job.ts'
import { type BuildView, isHardFailure, nameOf } from '../data/job-state.ts'

/** The tab's title without the product (web T1): `Failed: test · ci #60 · Acme`. `org`: the organization's name. */
export function tabTitle(view: BuildView, org: string): string {
  const { build, pipeline } = view
  const failed = chooseJob(view)
  const isRed = build.state === 'failed' || build.state === 'failing'
  const step = isRed && failed !== null && isHardFailure(failed) ? `: ${shortened(showInvisible(nameOf(failed)))}` : ''
  return `${lookOf(build.state).word}${step} · ${shortened(showInvisible(pipeline.name || pipeline.slug))} #${build.number} · ${org}`
}

function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 39)}…` : name
}
