export type TemplateKind = 'rust' | 'go' | 'elixir' | 'zig' | 'cmake' | 'nextjs' | 'js' | 'python';
/** A kind of project for `hm init`: its markers, and the pipeline to write for it. */
export interface InitTemplate {
    readonly kind: TemplateKind;
    /** Names of files, each of which indicates a project of this kind; `*` stands for any ending. */
    readonly markers: readonly string[];
    /** A more specific kind, which wins if both are found in one directory. */
    readonly unless?: TemplateKind;
    /** The default language of the pipeline file. */
    readonly language: 'ts' | 'py';
    /** The name to import from `@harmont/hm/toolchains`. */
    readonly toolchain: string;
    /**
     * Returns the TypeScript expression for the project in a directory:
     * `rust.project({ path: "api" })`. The pipeline's steps are its `ci()`.
     */
    readonly typescript: (path: string) => string;
    /** Returns the same expression in Python, after `import harmont as hm`. */
    readonly python: (path: string) => string;
}
/** All kinds that `hm init` knows, in the order of detection. */
export declare const INIT_TEMPLATES: readonly InitTemplate[];
