import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleX, Info, type LucideIcon, NotebookText, TriangleAlert } from 'lucide-react'
import type { Schema } from '../../api/schemas.ts'
import { Tag } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { addressOf, type JobView, nameOf } from '../data/job-state.ts'
import { Markdown } from './markdown.tsx'

type Annotation = Schema<'Annotation'>

const looks: Readonly<Record<Annotation['style'], readonly [Icon: LucideIcon, word: string, colour: string]>> = {
  summary: [NotebookText, 'Summary', 'text-muted'],
  info: [Info, 'Information', 'text-run'],
  success: [CircleCheck, 'Success', 'text-pass'],
  warning: [TriangleAlert, 'Warning', 'text-soft'],
  error: [CircleX, 'Error', 'text-fail'],
}

interface AnnotationListProps {
  readonly annotations: readonly Annotation[]
  readonly jobs: readonly JobView[]
}

/** Shows the annotations of a build (web B17). */
export function AnnotationList({ annotations, jobs }: AnnotationListProps) {
  const byId = new Map(jobs.map((job) => [job.id, job]))
  return (
    <ul className="flex flex-col">
      {annotations.map((annotation) => (
        <li key={annotation.id} className="border-t border-hairline px-4 py-2 text-13">
          <OneAnnotation annotation={annotation} job={byId.get(annotation.job_id)} />
        </li>
      ))}
    </ul>
  )
}

interface OneAnnotationProps {
  readonly annotation: Annotation
  readonly job: JobView | undefined
}

function OneAnnotation({ annotation: { style, name, tree }, job }: OneAnnotationProps) {
  const [Icon, word, colour] = looks[style] ?? looks.info
  return (
    <article className="flex items-start gap-2">
      <Icon size={16} role="img" aria-label={word} className={`mt-0.5 shrink-0 ${colour}`} />
      <div className="min-w-0 flex-1">
        <h2 className="mb-1 flex flex-wrap items-center gap-x-2 text-12 text-muted">
          {style !== 'summary' && (
            <span className="font-semibold text-text">
              <IsolatedText text={name} />
            </span>
          )}
          {job !== undefined && (
            <Link
              from="/$org/pipelines/$slug/builds/$number"
              to="."
              search={{ job: addressOf(job) }}
              className="underline decoration-edge underline-offset-3"
            >
              <IsolatedText text={nameOf(job)} />
            </Link>
          )}
          {job?.cached === true && <Tag>cached</Tag>}
        </h2>
        <div className="max-w-[100ch] break-words">
          <Markdown tree={tree} />
        </div>
      </div>
    </article>
  )
}
