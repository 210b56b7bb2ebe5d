import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { CopyField } from '../../design/copy-field.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import type { BuildSources, SourceKind } from './build-sources.ts'

interface SourceChoiceProps {
  readonly org: string
  readonly pipeline: Schema<'Pipeline'>
  readonly sources: BuildSources
  readonly newest: Schema<'BuildSummary'> | null
  readonly value: SourceKind
  readonly onChange: (kind: SourceKind) => void
}

/** Chooses the source of the build, and explains a missing one. */
export function SourceChoice({ org, pipeline, sources, newest, value, onChange }: SourceChoiceProps) {
  const name = useId()
  const words: Readonly<Record<SourceKind, string>> = {
    repository: `A commit of ${pipeline.repo_name ?? 'the repository'}`,
    again: `The files of build #${newest?.number ?? ''} again`,
    address: 'An archive at a URL',
  }
  return (
    <>
      {sources.missing !== null && (
        <div className="flex flex-col gap-2 text-muted">
          <p>
            <IsolatedText text={sources.missing} />{' '}
            <Link to="/$org/repos" params={{ org }} className="underline">
              Connect it
            </Link>
            , or build a checkout as it is on your machine:
          </p>
          <CopyField label="the command that builds a checkout" text="hm run --cloud" />
        </div>
      )}
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 font-semibold">Build</legend>
        {sources.kinds.map((kind) => (
          <label key={kind} className="flex min-h-6 items-start gap-2 pointer-coarse:min-h-11">
            <input
              type="radio"
              name={name}
              checked={kind === value}
              // biome-ignore lint/a11y/noAutofocus: this loads after the dialog has opened, which awaits its first focus
              autoFocus={kind === value}
              onChange={() => onChange(kind)}
              className="mt-0.5 size-4 shrink-0 accent-text"
            />
            <IsolatedText text={words[kind]} />
          </label>
        ))}
      </fieldset>
    </>
  )
}
