export type TemplateKind = 'rust' | 'go' | 'elixir' | 'zig' | 'cmake' | 'nextjs' | 'js' | 'python'

/** A kind of project for `hm init`: how to recognise it, and what to write for it. */
export interface InitTemplate {
  readonly kind: TemplateKind
  /** Names of files, one of which shows a project of the kind; `*` stands for any ending. */
  readonly markers: readonly string[]
  /** A kind that is the closer one where both are seen in one directory. */
  readonly unless?: TemplateKind
  /** The language of the pipeline file where none is asked for. */
  readonly language: 'ts' | 'py'
  /** The name to import from `@harmont/hm/toolchains`. */
  readonly toolchain: string
  /**
   * The project in a directory, in TypeScript: `rust.project({ path: "api" })`. Its `ci()` gives
   * the steps.
   */
  readonly typescript: (path: string) => string
  /** The same in Python, after `import harmont as hm`. */
  readonly python: (path: string) => string
}

/** Every kind that `hm init` knows, in the order in which it looks for them. */
export const INIT_TEMPLATES: readonly InitTemplate[] = [
  template('rust', ['Cargo.toml'], 'rust', 'rust.project'),
  template('go', ['go.mod'], 'go', 'go'),
  template('elixir', ['mix.exs'], 'elixir', 'elixir'),
  template('zig', ['build.zig'], 'zig', 'zig'),
  template('cmake', ['CMakeLists.txt'], 'cmake', 'cmake'),
  template('nextjs', ['next.config.*'], 'js', 'js.project'),
  { ...template('js', ['package.json'], 'js', 'js.project'), unless: 'nextjs' },
  { ...template('python', ['pyproject.toml', 'setup.py', 'uv.lock'], 'python', 'python'), language: 'py' },
]

function template(kind: TemplateKind, markers: readonly string[], toolchain: string, entry: string): InitTemplate {
  return {
    kind,
    markers,
    language: 'ts',
    toolchain,
    // JSON's strings are strings in both languages.
    typescript: (path) => `${entry}({ path: ${JSON.stringify(path)} })`,
    python: (path) => `hm.${entry}(path=${JSON.stringify(path)})`,
  }
}
