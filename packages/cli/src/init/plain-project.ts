import type { TemplateKind } from '@harmont/hm/toolchains'
import type { Project } from './find-projects.ts'
import type { Folder } from './folder.ts'
import { plainJs } from './plain-js.ts'
import { plainPython } from './plain-python.ts'

/** A step that uses nothing but what the base image has. */
export interface PlainStep {
  readonly label: string
  readonly command: string
}

/** A chain of plain steps: what they all start from, if anything, then each on its own. */
export interface PlainChain {
  /** Kept until one of the files changes. */
  readonly deps?: PlainStep & { readonly onChange: readonly string[] }
  readonly steps: readonly PlainStep[]
}

/** The plain form of a project: the usual commands of its tools, which must be on the machine. Throws exit 2 for files that do not parse. */
export function plainProject({ template, folder }: Project): PlainChain {
  return PLAIN[template.kind](folder)
}

const PLAIN: Readonly<Record<TemplateKind, (folder: Folder) => PlainChain>> = {
  rust: () => steps(['test', 'cargo test']),
  go: () => steps(['build', 'go build ./...'], ['test', 'go test ./...'], ['vet', 'go vet ./...']),
  elixir: () => ({
    deps: { label: 'deps', command: 'mix deps.get', onChange: ['mix.exs', 'mix.lock'] },
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
}

function steps(...pairs: readonly (readonly [label: string, command: string])[]): PlainChain {
  return { steps: pairs.map(([label, command]) => ({ label, command })) }
}
