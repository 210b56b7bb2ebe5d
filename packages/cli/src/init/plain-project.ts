import type { Project } from './find-projects.ts'
import type { Folder } from './folder.ts'
import { plainJs } from './plain-js.ts'
import { plainAutotools, plainMake } from './plain-make.ts'
import { plainPython } from './plain-python.ts'
import type { ProjectKind } from './project-kind.ts'

/** A step that uses nothing but what the base has. */
export interface PlainStep {
  readonly label: string
  readonly command: string
}

/** A chain of plain steps: what they all start from, if anything, then each on its own. */
export interface PlainChain {
  /** Kept until one of the files changes. */
  readonly first?: PlainStep & { readonly onChange: readonly string[] }
  readonly steps: readonly PlainStep[]
}

/** The plain form of a project: the usual commands of its tools, which must be there. Throws exit 2 for files that do not parse. */
export function plainProject({ kind, folder }: Project): PlainChain {
  return PLAIN[kind](folder)
}

const PLAIN: Readonly<Record<ProjectKind, (folder: Folder) => PlainChain>> = {
  rust: () => steps(['test', 'cargo test']),
  go: () => steps(['build', 'go build ./...'], ['test', 'go test ./...'], ['vet', 'go vet ./...']),
  elixir: () => ({
    first: { label: 'deps', command: 'mix deps.get', onChange: ['mix.exs', 'mix.lock'] },
    steps: [{ label: 'test', command: 'mix test' }],
  }),
  zig: () => steps(['build', 'zig build'], ['test', 'zig build test']),
  cmake: () =>
    steps([
      'test',
      'cmake -S . -B build && cmake --build build --parallel $(nproc) && ctest --test-dir build --output-on-failure',
    ]),
  nextjs: plainJs,
  js: plainJs,
  python: plainPython,
  autotools: plainAutotools,
  make: plainMake,
  generic: () => steps(['test', "echo 'Replace this command with those that build and test the project.'"]),
}

function steps(...pairs: readonly (readonly [label: string, command: string])[]): PlainChain {
  return { steps: pairs.map(([label, command]) => ({ label, command })) }
}
