import { CopyField } from '../design/copy-field.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Instant } from '../design/instant.tsx'
import { Foreign } from '../design/isolated-text.tsx'
import { type JobView, nameOf } from './data/job-state.ts'

interface ShellDialogProps {
  readonly open: boolean
  readonly job: JobView
  readonly onClose: () => void
}

/** The commands that open a shell where a step ended or began, and the one that runs it on a laptop (web B9). The server quotes them. */
export function ShellDialog({ open, job, onClose }: ShellDialogProps) {
  const { shell, local_command } = job
  return (
    <Dialog open={open} onClose={onClose} title="Open a shell" wide>
      <div className="flex flex-col gap-4 pb-5">
        <p className="text-muted">
          <Foreign text={nameOf(job)} />
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
