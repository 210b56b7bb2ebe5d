import { useState } from 'react'
import { Checkbox } from '../design/checkbox.tsx'
import { CopyField } from '../design/copy-field.tsx'
import { Instant } from '../design/instant.tsx'
import { IsolatedText } from '../design/isolated-text.tsx'
import { ConfirmDialog } from '../design/overlays/confirm-dialog.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { commitLink, shortCommit } from '../text/forge-link.ts'
import type { BuildDialog } from './action-bar.tsx'
import { webAddress } from './data/compare-link.ts'
import { type BuildView, type JobView, nameOf } from './data/job-state.ts'
import type { BuildActions } from './use-build-actions.ts'

interface BuildDialogsProps {
  readonly view: BuildView
  readonly job: JobView | null
  readonly actions: BuildActions
  readonly dialog: BuildDialog
  readonly onClose: () => void
  /** Explains why a step's retry became a rebuild. */
  readonly reason: string | null
}

/** Shows the dialogs over the build page. */
export function BuildDialogs({ view, job, actions, dialog, onClose, reason }: BuildDialogsProps) {
  const { build } = view
  const [withoutCache, setWithoutCache] = useState(false)
  return (
    <>
      <ConfirmDialog
        open={dialog === 'rebuild'}
        onClose={onClose}
        title={`Rebuild #${build.number}?`}
        confirm="Rebuild"
        look="primary"
        onConfirm={() => actions.rebuild(withoutCache)}
      >
        {reason !== null && <p>{reason}.</p>}
        <p>Starts a new build with the same commit, source, variables and message.</p>
        <Checkbox label="Without cache: run every step" checked={withoutCache} onChange={setWithoutCache} />
      </ConfirmDialog>
      <ConfirmDialog
        open={dialog === 'approve'}
        onClose={onClose}
        title="Run this fork's code?"
        confirm="Approve this commit"
        look="primary"
        onConfirm={actions.approve}
      >
        <ForkFacts view={view} />
        <p>It runs without secrets. The approval covers this commit only.</p>
      </ConfirmDialog>
      {job !== null && <ShellDialog open={dialog === 'shell'} job={job} onClose={onClose} />}
    </>
  )
}

/** Shows author, repository and commit of a fork, and links its changes. */
function ForkFacts({ view: { build, pipeline } }: { readonly view: BuildView }) {
  const { pull_request, author, commit } = build
  const base = webAddress(pull_request?.url)
  const changes = base === null ? commitLink(pipeline.repository ?? '', commit ?? '') : `${base}/files`
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 *:odd:text-muted">
      <dt>Author</dt>
      <dd>
        <IsolatedText text={author?.name ?? '—'} />
      </dd>
      <dt>From</dt>
      <dd>
        <IsolatedText text={pull_request?.head_repository ?? '—'} />
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

interface ShellDialogProps {
  readonly open: boolean
  readonly job: JobView
  readonly onClose: () => void
}

/**
 * Shows the commands that open a shell before or after a step, and the one that runs it locally
 * (web B9). The server quotes their arguments.
 */
function ShellDialog({ open, job, onClose }: ShellDialogProps) {
  const { shell, local_command } = job
  return (
    <Dialog open={open} onClose={onClose} title="Open a shell" wide>
      <div className="flex flex-col gap-4 pb-5">
        <p className="text-muted">
          <IsolatedText text={nameOf(job)} />
        </p>
        {shell?.available === true && (
          <Command title="File system after the command" text={shell.command} label="the shell command" />
        )}
        {shell !== null && !shell.available && shell.reason !== null && <p>{shell.reason}</p>}
        {shell?.before_command != null && (
          <Command
            title="File system before the command"
            text={shell.before_command}
            label="the command for the file system before"
          />
        )}
        {shell?.kept_until != null && (
          <p className="text-13 text-muted">
            Kept until <Instant at={shell.kept_until} />.
          </p>
        )}
        {local_command !== null && (
          <Command title="Run this step on your machine" text={local_command} label="the local command" />
        )}
      </div>
    </Dialog>
  )
}

function Command({ title, text, label }: { readonly title: string; readonly text: string; readonly label: string }) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-semibold">{title}</h3>
      <CopyField label={label} text={text} />
    </section>
  )
}
