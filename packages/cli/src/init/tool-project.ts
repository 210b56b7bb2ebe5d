import type { Project } from './find-projects.ts'
import type { Folder } from './folder.ts'
import { manifestOf, scriptsOf } from './manifest.ts'
import { type ProjectKind, templateOf } from './project-kind.ts'

/**
 * An action of a toolchain: a method, or a script for `run`. Names are the same in both languages.
 * `isUnlocked`: there is no Cargo.lock.
 */
export type Action = { readonly name: string; readonly isUnlocked?: true } | { readonly script: string }

/** Returns the toolchain actions that fit the project's files; null if no toolchain fits. */
export function toolActions({ kind, folder }: Project): readonly Action[] | null {
  return templateOf(kind) === undefined ? null : (ACTIONS[kind]?.(folder) ?? null)
}

/** Debian packages for a project without a toolchain; for others the base image suffices. */
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
  // Both fail in a project without a style configuration.
  cmake: ({ names }) =>
    named('test', ...(names.has('.clang-tidy') ? ['lint'] : []), ...(names.has('.clang-format') ? ['fmt'] : [])),
  nextjs: js,
  js,
  // uv installs only the tools in pyproject.toml; calling any other would fail.
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
