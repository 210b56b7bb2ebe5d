import { useState } from 'react'
import { ConfirmDialog } from '../design/confirm-dialog.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { commitLink, shortCommit } from '../text/forge-link.ts'
import type { Asked } from './action-bar.tsx'
import { webAddress } from './data/compare-link.ts'
import type { BuildView, JobView } from './data/job-state.ts'
import { ShellDialog } from './shell-dialog.tsx'
import type { BuildActions } from './use-build-actions.ts'

interface BuildDialogsProps {
  readonly view: BuildView
  readonly job: JobView | null
  readonly actions: BuildActions
  readonly asked: Asked
  readonly onClose: () => void
  /** Why a step's retry became a rebuild. */
  readonly reason: string | null
}

/** What is asked and shown over the page of a build. */
export function BuildDialogs({ view, job, actions, asked, onClose, reason }: BuildDialogsProps) {
  const { build } = view
  const [withoutCache, setWithoutCache] = useState(false)
  return (
    <>
      <ConfirmDialog
        open={asked === 'rebuild'}
        onClose={onClose}
        title={`Rebuild #${build.number}?`}
        confirm="Rebuild"
        look="primary"
        onConfirm={() => actions.rebuild(withoutCache)}
      >
        {reason !== null && <p>{reason}.</p>}
        <p>Starts a new build with the same commit, source, variables and message.</p>
        <label className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="checkbox"
            checked={withoutCache}
            onChange={({ target }) => setWithoutCache(target.checked)}
            className="size-4 accent-text"
          />
          Without cache: run every step
        </label>
      </ConfirmDialog>
      <ConfirmDialog
        open={asked === 'approve'}
        onClose={onClose}
        title="Run this fork's code?"
        confirm="Approve this commit"
        look="primary"
        onConfirm={actions.approve}
      >
        <ForkFacts view={view} />
        <p>It runs without secrets. The approval covers this commit only.</p>
      </ConfirmDialog>
      {job !== null && <ShellDialog open={asked === 'shell'} job={job} onClose={onClose} />}
    </>
  )
}

/** Whose code, which commit, and where its changes can be read. */
function ForkFacts({ view: { build, pipeline } }: { readonly view: BuildView }) {
  const { pull_request, author, commit } = build
  const base = webAddress(pull_request?.url)
  const changes = base === null ? commitLink(pipeline.repository ?? '', commit ?? '') : `${base}/files`
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 *:odd:text-muted">
      <dt>Author</dt>
      <dd>
        <Foreign text={author?.name ?? '—'} />
      </dd>
      <dt>From</dt>
      <dd>
        <Foreign text={pull_request?.head_repository ?? '—'} />
      </dd>
      <dt>Commit</dt>
      <dd className="font-mono">{shortCommit(commit)}</dd>
      <dt>Changes</dt>
      <dd>
        {changes === null ? (
          '—'
        ) : (
          <a className="underline" href={changes} target="_blank" rel="noopener noreferrer">
            Review the changes
          </a>
        )}
      </dd>
    </dl>
  )
}
