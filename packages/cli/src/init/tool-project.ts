import type { Project } from './find-projects.ts'
import type { Folder } from './folder.ts'
import { manifestOf, scriptsOf } from './manifest.ts'
import { type ProjectKind, templateOf } from './project-kind.ts'

/**
 * An action of a toolchain: a method, or a script that `run` names. Spelt the same in both
 * languages. `isUnlocked`: there is no Cargo.lock to keep to.
 */
export type Action = { readonly name: string; readonly isUnlocked?: true } | { readonly script: string }

/**
 * Returns the actions of the project's toolchain that its files ask for; null where no toolchain
 * fits.
 */
export function toolActions({ kind, folder }: Project): readonly Action[] | null {
  return templateOf(kind) === undefined ? null : (ACTIONS[kind]?.(folder) ?? null)
}

/**
 * Debian packages for a project that has no toolchain; the base image has enough for the others.
 */
export const PACKAGES: Partial<Readonly<Record<ProjectKind, readonly string[]>>> = {
  python: ['python3', 'python3-venv', 'python3-pytest'],
  autotools: ['build-essential', 'autoconf', 'automake', 'libtool', 'pkg-config', 'gettext'],
  make: ['build-essential'],
}

type Actions = (folder: Folder) => readonly Action[] | null

const js: Actions = (folder) => scriptsOf(manifestOf(folder)).map((script) => ({ script }))
const named = (...names: readonly string[]): readonly Action[] => names.map((name) => ({ name }))

const ACTIONS: Partial<Readonly<Record<ProjectKind, Actions>>> = {
  // Libraries often have no Cargo.lock.
  rust: ({ names }) =>
    names.has('Cargo.lock')
      ? named('test', 'clippy', 'fmt')
      : [{ name: 'test', isUnlocked: true }, { name: 'clippy', isUnlocked: true }, { name: 'fmt' }],
  go: () => named('build', 'test', 'vet', 'fmt'),
  elixir: () => named('compile', 'test', 'format'),
  zig: () => named('build', 'test', 'fmt'),
  // Both fail in a project that never chose a style.
  cmake: ({ names }) =>
    named('test', ...(names.has('.clang-tidy') ? ['lint'] : []), ...(names.has('.clang-format') ? ['fmt'] : [])),
  nextjs: js,
  js,
  // uv installs what pyproject.toml names; a tool that is not there would only fail.
  python: ({ texts }) => {
    const told = texts.get('pyproject.toml') ?? ''
    if (!/^\[project\]/m.test(told) || !/\bpytest\b/.test(told)) return null
    return named(
      'test',
      ...(/\bruff\b/.test(told) ? ['lint', 'fmt'] : []),
      ...(/["']ty\b/.test(told) ? ['typecheck'] : []),
    )
  },
}
