import type { AnnotationEvent } from '../events/run-event.ts'
import { type Line, type Span, span } from '../terminal/span.ts'
import type { Style } from '../terminal/terminal.ts'
import type { Charset } from './charset.ts'

/** An annotation, with the step that wrote it. */
export interface ShownAnnotation extends Pick<AnnotationEvent, 'name' | 'style' | 'markdown'> {
  readonly step: string
}

/** Limits that keep the rest of a run's ending on the screen; `--json` shows all. */
const mostLines = 20
const mostAnnotations = 20

const styles: Readonly<Record<AnnotationEvent['style'], Style>> = {
  summary: 'bold',
  info: 'bold',
  success: 'green',
  warning: 'yellow',
  error: 'red',
}

/** Shows annotations as their Markdown source, which is readable. */
export function annotationLines(annotations: readonly ShownAnnotation[], charset: Charset): Line[] {
  const more = annotations.length - mostAnnotations
  return [
    ...annotations.slice(0, mostAnnotations).flatMap((annotation) => oneAnnotation(annotation, charset)),
    ...(more > 0 ? [[span(`and ${more} more annotations`, 'dim')]] : []),
  ]
}

function oneAnnotation({ step, name, style, markdown }: ShownAnnotation, charset: Charset): Line[] {
  const lines = markdown.trimEnd().split('\n')
  const more = lines.length - mostLines
  const indented = (part: Span): Line => [span('  '), part]
  return [
    [
      span(style === 'summary' ? 'summary of ' : `${style}: `, styles[style] ?? 'bold'),
      span(titleOf(style, name, step, charset)),
    ],
    ...lines.slice(0, mostLines).map((line) => (line === '' ? [] : indented(span(charset.text(line))))),
    ...(more > 0 ? [indented(span(`and ${more} more ${more === 1 ? 'line' : 'lines'}`, 'dim'))] : []),
  ]
}

function titleOf(style: string, name: string, step: string, charset: Charset): string {
  return style === 'summary' ? charset.text(step) : `${charset.text(name)} (${charset.text(step)})`
}
