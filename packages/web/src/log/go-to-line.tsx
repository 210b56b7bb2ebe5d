import { type FormEvent, useState } from 'react'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { Dialog } from '../design/overlays/dialog.tsx'
import { thousands } from '../text/count.ts'

interface GoToLineProps {
  readonly totalLines: number
  readonly onGo: (line: number) => void
  readonly onClose: () => void
}

/** Shows a dialog for a line number. */
export function GoToLine({ totalLines, onGo, onClose }: GoToLineProps) {
  const [text, setText] = useState('')
  const line = Number(text.trim())
  const isLine = /^\s*\d{1,15}\s*$/.test(text) && line >= 1 && line <= totalLines
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isLine) onGo(line)
  }
  return (
    <Dialog open onClose={onClose} title="Go to line">
      <form onSubmit={submit} className="flex items-end gap-2 pb-4">
        <div className="flex-1">
          <Field
            label="Line"
            inputMode="numeric"
            autoComplete="off"
            value={text}
            hint={`1 to ${thousands(totalLines)}`}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Button type="submit" look="primary" className="mb-7" refused={isLine ? null : 'The log has no such line'}>
          Go
        </Button>
      </form>
    </Dialog>
  )
}
