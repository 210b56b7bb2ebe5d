import { INIT_TEMPLATES, type InitTemplate, type TemplateKind } from '@harmont/hm/toolchains'

/** The kind of a project: one with a toolchain, or one that runs its own commands. */
export type ProjectKind = TemplateKind | 'autotools' | 'make' | 'generic'

/**
 * Every kind with its marker files, in the order of detection. `generic` is the kind of all other
 * projects.
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

/** A chain of plain steps: an optional first step, and steps that build in it. */
export interface PlainChain {
  /** Cached until one of these files changes. */
  readonly first?: PlainStep & { readonly onChange: readonly string[] }
  readonly steps: readonly PlainStep[]
}
