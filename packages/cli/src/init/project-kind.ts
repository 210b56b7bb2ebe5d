import { INIT_TEMPLATES, type InitTemplate, type TemplateKind } from '@harmont/hm/toolchains'

/** The kind of a project: one that has a toolchain, or one whose own commands are run. */
export type ProjectKind = TemplateKind | 'autotools' | 'make' | 'generic'

/**
 * Every kind with the files that show it, in the order of detection. `generic` is the kind of all
 * other projects.
 */
export const KINDS: readonly { readonly kind: ProjectKind; readonly markers: readonly string[] }[] = [
  ...INIT_TEMPLATES,
  { kind: 'autotools', markers: ['configure.ac', 'configure.in', 'configure'] },
  { kind: 'make', markers: ['Makefile', 'GNUmakefile', 'makefile'] },
  { kind: 'generic', markers: [] },
]

/** Returns the toolchain of a kind; undefined for kinds without one. */
export function templateOf(kind: ProjectKind): InitTemplate | undefined {
  return INIT_TEMPLATES.find((each) => each.kind === kind)
}

/** A step that uses only the base's programs. */
interface PlainStep {
  readonly label: string
  readonly command: string
}

/** A chain of plain steps: an optional first step, and steps that start from it. */
export interface PlainChain {
  /** Kept until one of the files changes. */
  readonly first?: PlainStep & { readonly onChange: readonly string[] }
  readonly steps: readonly PlainStep[]
}
