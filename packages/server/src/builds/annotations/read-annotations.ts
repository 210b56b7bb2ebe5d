import type { BuildAnnotation, Store } from '@harmont/engine'
import { MarkdownParser } from './parse-markdown.ts'
import type { MarkdownTree } from './plain-tree.ts'

/** An annotation with its parsed Markdown. */
export interface ReadAnnotation extends BuildAnnotation {
  readonly tree: MarkdownTree
}

const parser = new MarkdownParser()

/** Reads the annotations of a build's newest attempts, in the order of the steps. */
export async function readAnnotations(
  { outputs }: Pick<Store, 'outputs'>,
  buildId: string,
): Promise<readonly ReadAnnotation[]> {
  const found = await outputs.annotations(buildId)
  const trees = await parser.parse(found.map(({ markdown }) => markdown))
  return found.map((annotation, index) => ({ ...annotation, tree: trees[index] ?? [] }))
}
