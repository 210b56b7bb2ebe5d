/** Whether a whole name (branch, tag, value) fits a ref glob: `*` is any run, `/` included; `?` one character; all else is literal. */
export declare function matchesRefGlob(glob: string, name: string): boolean;
