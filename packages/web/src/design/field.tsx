import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react'
import { capital } from '../text/capital.ts'

const box =
  'min-h-8 pointer-coarse:min-h-11 w-full rounded-small border border-edge bg-raised px-2 text-14 placeholder:text-muted aria-invalid:border-fail disabled:bg-sunk disabled:text-muted'

interface Labelled {
  readonly label: string
  /** Describes a valid value, or the purpose of the field. */
  readonly hint?: ReactNode
  /** The error of the value, as the server words it: `must match …`. */
  readonly problem?: string | null | undefined
}

function Labeled({
  id,
  label,
  hint,
  problem,
  children,
}: Labelled & { readonly id: string; readonly children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-semibold">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-13 text-muted">
          {hint}
        </p>
      )}
      {problem != null && (
        <p id={`${id}-problem`} role="alert" className="text-13 text-fail">
          {capital(problem)}
        </p>
      )}
    </div>
  )
}

function described(id: string, { hint, problem }: Labelled) {
  const ids = [hint === undefined ? null : `${id}-hint`, problem == null ? null : `${id}-problem`].filter(
    (one) => one !== null,
  )
  return { id, 'aria-invalid': problem != null, ...(ids.length > 0 ? { 'aria-describedby': ids.join(' ') } : {}) }
}

/** A text field with label, hint and error. */
export function Field({ label, hint, problem, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId()
  const texts = { label, hint, problem }
  return (
    <Labeled id={id} {...texts}>
      <input {...rest} {...described(id, texts)} className={box} />
    </Labeled>
  )
}

/** A select with its label. */
export function Select({ label, hint, problem, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId()
  const texts = { label, hint, problem }
  return (
    <Labeled id={id} {...texts}>
      <select {...rest} {...described(id, texts)} className={box} />
    </Labeled>
  )
}

/** A multi-line field with its label, for values and lists, without spell checking. */
export function TextArea({ label, hint, problem, ...rest }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId()
  const texts = { label, hint, problem }
  return (
    <Labeled id={id} {...texts}>
      <textarea spellCheck={false} {...rest} {...described(id, texts)} className={`${box} py-1.5 font-mono`} />
    </Labeled>
  )
}
